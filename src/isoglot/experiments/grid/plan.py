"""What an experiment will do, before it does it."""

from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from isoglot.errors import IsoglotError
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.estimate import Estimate, estimate_of, rates_of
from isoglot.experiments.grid.rates import Rates
from isoglot.experiments.grid.spec import Spec
from isoglot.experiments.grid.work import Work
from isoglot.experiments.reports.numbers import duration, size
from isoglot.files import cache_folder


def show_plan(spec: Spec, cells: list[Cell], works: list[Work], out: Path, jobs: int, console: Console) -> None:
    """A row per system with its seeds, what is finished and what the rest will take; then all together."""
    rates, reason = _rates(spec, cells, out)
    done = {work.folder.path.name for work in works if work.is_done}
    systems: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        systems[cell.system].append(cell)
    table = Table(title=f"{spec.name}: {len(cells)} trainings", title_justify="left")
    for title in ("system", "seeds", "steps", "finished", "time left", "disk"):
        table.add_column(title)
    total = Estimate()
    for system, members in systems.items():
        left = sum((estimate_of(spec, cell, out, rates) for cell in members), Estimate()) if rates is not None else None
        total += left or Estimate()
        seeds = ", ".join(str(cell.recipe.seed) for cell in members)
        finished = f"{sum(cell.key in done for cell in members)}"
        table.add_row(system, seeds, f"{members[0].recipe.steps:,}", finished, *_columns(left))
    console.print(table)
    console.print(f"Each is evaluated on {', '.join(spec.evaluate)}.", highlight=False, soft_wrap=True)
    told = _told(total, rates, jobs) if rates is not None else f"Time and disk cannot be told: {reason}"
    console.print(told, highlight=False, soft_wrap=True)


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


def _told(total: Estimate, rates: dict[str, Rates], jobs: int) -> str:
    if not rates:
        return "Nothing is left to train."
    by = f", {duration(total.seconds / jobs)} if {jobs} side by side do not slow each other" if jobs > 1 else ""
    basis = " and ".join(own.basis for own in rates.values())
    disk = (
        f"{size(total.kept_bytes)} of models and results, up to {size(jobs * total.passing_bytes)} of checkpoints "
        f"while they train, {size(total.vector_bytes)} of vectors in {cache_folder()} (`isoglot cache clear` frees it)"
    )
    return f"About {duration(total.seconds)} one after another{by}, baselines apart; {disk}. Estimated from {basis}."
