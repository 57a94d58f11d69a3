"""What an experiment will do, before it does it."""

from collections import defaultdict

from rich.console import Console
from rich.table import Table

from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.spec import Spec
from isoglot.experiments.grid.work import Work


def show_plan(spec: Spec, cells: list[Cell], works: list[Work], console: Console) -> None:
    """A row per system with its seeds, and what is finished."""
    done = {work.folder.path.name for work in works if work.is_done}
    systems: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        systems[cell.system].append(cell)
    table = Table(title=f"{spec.name}: {len(cells)} trainings", title_justify="left")
    for title in ("system", "seeds", "steps", "finished"):
        table.add_column(title)
    for system, members in systems.items():
        seeds = ", ".join(str(cell.recipe.seed) for cell in members)
        table.add_row(system, seeds, f"{members[0].recipe.steps:,}", f"{sum(c.key in done for c in members)}")
    console.print(table)
    console.print(f"Each is evaluated on {', '.join(spec.evaluate)}.", highlight=False, soft_wrap=True)
