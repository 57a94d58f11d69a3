"""`isoglot experiment`: a grid of trainings, each evaluated on the same collections."""

from pathlib import Path
from typing import Annotated

import typer

from isoglot.cli.ray import RayOption, launch_at
from isoglot.errors import IsoglotError


def experiment(
    spec: Annotated[Path, typer.Argument(help="specification (YAML)")],
    *,
    out: Annotated[Path, typer.Option(help="where everything goes; what is finished there is not done again")],
    jobs: Annotated[int, typer.Option(min=1, help="cells to run side by side")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the plan and stop")] = False,
    check: Annotated[bool, typer.Option("--check", help="compare the scores with those that SPEC expects")] = False,
    ray: RayOption = None,
) -> None:
    """Train and evaluate a grid, and report what the runs support."""
    from rich.console import Console

    from isoglot.experiments.reports.extra import check_extra

    check_extra()
    from isoglot.experiments.grid.cells import cells_of
    from isoglot.experiments.grid.check import check as check_scores
    from isoglot.experiments.grid.experiment import run_experiment
    from isoglot.experiments.grid.results import results_of
    from isoglot.experiments.grid.spec import read_spec
    from isoglot.experiments.reports.report import write_report

    console = Console()
    with launch_at(None if dry_run else ray, jobs) as launch:
        failures = run_experiment(spec, out, jobs=jobs, dry_run=dry_run, console=console, launch=launch)
    if dry_run:
        return
    write_report(out, console)
    if check:
        found = read_spec(spec)
        check_scores(found, results_of(found, cells_of(found), out), console)
    if failures:
        raise IsoglotError(
            f"{len(failures)} of the cells and baselines failed, {failures[0].name} first: "
            f"{failures[0].sentence.removesuffix('.')} (see {failures[0].log}); "
            "run the same command again for those."
        )
