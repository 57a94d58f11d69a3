"""What an experiment will do, before it does it."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from isoglot.errors import IsoglotError
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.estimate import Estimate, baseline_estimate, estimate_of, rates_of
from isoglot.experiments.grid.rates import Rates
from isoglot.experiments.grid.spec import Spec
from isoglot.experiments.grid.work import Work, baselines_work
from isoglot.experiments.reports.numbers import duration, listed, size
from isoglot.files import cache_folder

UNKNOWN = "Time and disk cannot be told"
Row = tuple[list[str], Estimate | None]  # name, seeds, steps and finished; what is left, None where it is not known


def show_plan(spec: Spec, cells: list[Cell], works: list[Work], out: Path, jobs: int, console: Console) -> None:
    """A row for each baseline and system: its seeds, what is finished, what the rest will take; then all together."""
    rates, reason = _rates(spec, cells, out)
    table = Table(title=f"{spec.name}: {len(cells)} trainings", title_justify="left")
    table.add_column("system", overflow="fold")
    for title in ("seeds", "steps", "finished", "time left", "disk"):
        table.add_column(title)
    rows = [*_baseline_rows(spec, cells, out, rates), *_system_rows(spec, cells, works, out, rates)]
    for row, left in rows:
        table.add_row(*row, *_columns(left))
    console.print(table)
    corrected = f", and once more with {listed(spec.corrections)}" if spec.corrections else ""
    console.print(f"Each is evaluated on {', '.join(spec.evaluate)}{corrected}.", highlight=False, soft_wrap=True)
    told = _told([left for _, left in rows], rates, jobs) if rates is not None else f"{UNKNOWN}: {reason}"
    console.print(told, highlight=False, soft_wrap=True)


def _baseline_rows(spec: Spec, cells: list[Cell], out: Path, rates: dict[str, Rates] | None) -> Iterator[Row]:
    for work in baselines_work(spec, cells, out):
        left = baseline_estimate(spec, work, rates) if rates is not None else None
        yield [work.name, "–", "–", "1" if work.is_done else "0"], left


def _system_rows(
    spec: Spec, cells: list[Cell], works: list[Work], out: Path, rates: dict[str, Rates] | None
) -> Iterator[Row]:
    done = {work.folder.path.name for work in works if work.is_done}
    systems: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        systems[cell.system].append(cell)
    for system, members in systems.items():
        left = sum((estimate_of(spec, cell, out, rates) for cell in members), Estimate()) if rates is not None else None
        seeds = ", ".join(str(cell.recipe.seed) for cell in members)
        finished = f"{sum(cell.key in done for cell in members)}"
        yield [system, seeds, f"{members[0].recipe.steps:,}", finished], left


def _rates(spec: Spec, cells: list[Cell], out: Path) -> tuple[dict[str, Rates] | None, str]:
    """The rates, or why there are none."""
    try:
        return rates_of(spec, cells, out), ""
    except IsoglotError as problem:
        return None, str(problem)


def _columns(left: Estimate | None) -> tuple[str, str]:
    if left is None:
        return "?", "?"
    return ("–", "–") if not left.seconds else (f"about {duration(left.seconds)}", size(left.kept_bytes))


def _told(lefts: list[Estimate | None], rates: dict[str, Rates], jobs: int) -> str:
    if not rates:
        return "Nothing is left to train."
    total = sum((left for left in lefts if left is not None), Estimate())
    but = ", BM25 apart" if None in lefts else ""
    by = f", {duration(total.seconds / jobs)} if {jobs} side by side do not slow each other" if jobs > 1 else ""
    basis = " and ".join(own.basis for own in rates.values())
    disk = (
        f"{size(total.kept_bytes)} of models and results, up to {size(jobs * total.passing_bytes)} of checkpoints "
        f"while they train, {size(total.vector_bytes)} of vectors in {cache_folder()} (`isoglot cache clear` frees it)"
    )
    return f"About {duration(total.seconds)} one after another{by}{but}; {disk}. Estimated from {basis}."
