"""`isoglot report`: the page of an experiment, made again from its folder."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder that `isoglot experiment --out` wrote")],
) -> None:
    """Write the report of an experiment again.

    It is report.html, with its tables, figures, statistics and model card.
    """
    from rich.console import Console

    from isoglot.experiments.reports.extra import check_extra

    check_extra()
    from isoglot.experiments.reports.report import write_report

    write_report(folder, Console())
