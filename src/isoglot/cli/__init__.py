"""The command line: commands made from typed signatures, and errors as one sentence."""

import os
import sys
from typing import Annotated, NoReturn

import typer

from isoglot.cli import (
    cache,
    compare,
    data,
    debias,
    demo,
    evaluate,
    experiment,
    index,
    leakage,
    measure,
    mine,
    report,
    search,
    serve,
    train,
    trim,
    verify,
)
from isoglot.errors import IsoglotError
from isoglot.versions import versions_of

INTERRUPTED = 130  # what newer versions of typer make of Ctrl-C; older ones raise Abort


def _show_versions(asked: bool) -> None:
    if asked:
        found = versions_of(["isoglot", "torch"])
        typer.echo(f"isoglot {found['isoglot']} (Python {found['python']}, torch {found['torch']})")
        raise typer.Exit


app = typer.Typer(
    name="isoglot",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
    pretty_exceptions_enable=False,
)


@app.callback()
def isoglot(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_versions, is_eager=True, help="Show the versions and exit.")
    ] = False,
) -> None:
    """Train, measure and serve retrievers that treat every language alike."""


app.command()(demo.demo)
app.command()(train.train)
app.command()(evaluate.evaluate)
app.command()(compare.compare)
app.command()(measure.measure)
app.command()(debias.debias)
app.command()(leakage.leakage)
app.command()(mine.mine)
app.command()(trim.trim)
app.command()(trim.untrim)
app.command()(experiment.experiment)
app.command()(index.index)
app.command()(index.unindex)
app.command()(search.search)
app.command()(serve.serve)
app.command()(report.report)
app.command()(verify.verify)
app.add_typer(data.app, name="data")
app.add_typer(cache.app, name="cache")


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit code: 0 done, 1 the work failed, 2 the request was wrong."""
    try:
        exit_code = app(arguments, prog_name="isoglot", standalone_mode=False) or 0
    except IsoglotError as problem:
        _leave(str(problem), problem.exit_code)
    except typer.Abort:
        exit_code = INTERRUPTED
    except Exception as problem:
        if hasattr(problem, "format_message"):
            _leave_for_usage(problem.format_message())
        if os.environ.get("ISOGLOT_TRACEBACK"):
            raise
        _leave(f"unexpected {type(problem).__name__}: {problem}; set ISOGLOT_TRACEBACK=1 to see where.", 1)
    if exit_code == INTERRUPTED:
        _leave("interrupted.", 1)
    sys.exit(exit_code)


def _leave_for_usage(message: str) -> NoReturn:
    if not message.startswith("Usage:"):
        _leave(message, 2)
    typer.echo(message)  # the help, for want of a command
    sys.exit(2)


def _leave(sentence: str, exit_code: int) -> NoReturn:
    sys.stderr.write(f"isoglot: {' '.join(sentence.split())}\n")
    sys.exit(exit_code)
