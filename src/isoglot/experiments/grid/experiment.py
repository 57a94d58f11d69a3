"""An experiment from its specification to its report."""

from pathlib import Path

from rich.console import Console

from isoglot.data.catalogue import open_collections
from isoglot.experiments.claims.judge import write_claims
from isoglot.experiments.claims.reading import claims_of
from isoglot.experiments.grid.cells import Cell, cells_of
from isoglot.experiments.grid.plan import show_plan
from isoglot.experiments.grid.run import Failure, Launch, run_all
from isoglot.experiments.grid.spec import Spec, read_spec
from isoglot.experiments.grid.work import prepare, work_of
from isoglot.files import write_text

SPEC = "spec.yaml"


def run_experiment(
    path: Path, out: Path, *, jobs: int, dry_run: bool, console: Console, launch: Launch | None = None
) -> list[Failure]:
    """Do what is not done yet of an experiment.

    Args:
        path: the specification.
        out: the folder of the experiment.
        jobs: cells to run side by side.
        dry_run: show the plan and do nothing.
        console: shows the plan, the commands and what failed.
        launch: runs a command; None for processes of this machine.

    Raises:
        RequestError: the specification cannot be read, its cells cannot be made, or a collection is not there.
    """
    spec = read_spec(path)
    cells = cells_of(spec)
    claims_of(spec.claims)
    works = work_of(spec, cells, out)
    show_plan(spec, cells, works, out, jobs, console)
    if dry_run:
        return []
    _look_for_collections(spec, cells)
    prepare(cells, out)
    write_text(out / SPEC, path.read_text(encoding="utf-8"))
    failures = run_all(works, jobs, console, launch)
    write_claims(spec, cells, out)
    return failures


def _look_for_collections(spec: Spec, cells: list[Cell]) -> None:
    """Miss collections before anything is trained for them; none is read yet."""
    fitted_on = [spec.corrections_fit] if spec.corrections_fit else []
    for name in dict.fromkeys([*spec.evaluate, *fitted_on, *(each for cell in cells for each in cell.recipe.train)]):
        open_collections(name)
