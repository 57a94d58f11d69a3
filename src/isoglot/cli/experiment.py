"""`isoglot experiment`: a grid of trainings, each evaluated on the same collections."""

from pathlib import Path
from typing import Annotated

import typer

from isoglot.errors import IsoglotError


def experiment(
    spec: Annotated[Path, typer.Argument(help="specification (YAML)")],
    *,
    out: Annotated[Path, typer.Option(help="where everything goes; what is finished there is not done again")],
    jobs: Annotated[int, typer.Option(min=1, help="cells to run side by side")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the plan and stop")] = False,
) -> None:
    """Train and evaluate every cell of a grid, and report what the runs support."""
    from rich.console import Console

    from isoglot.experiments.grid.experiment import run_experiment

    failures = run_experiment(spec, out, jobs=jobs, dry_run=dry_run, console=Console())
    if failures:
        raise IsoglotError(
            f"{len(failures)} cells failed, {failures[0].name} first: {failures[0].sentence} (see {failures[0].log}); "
            "run the same command again for those."
        )
