"""`isoglot data`: what collections there are, what is in them, and what is doubtful about them."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="List, download, show and check collections.", no_args_is_help=True)


@app.command("list")
def list_sources(
    family: Annotated[str | None, typer.Argument(help="such as beir: list its members one by one")] = None,
) -> None:
    """List the collections known by name."""
    from rich.console import Console

    from isoglot.data.listing import catalogue_page

    Console().print(catalogue_page(family))


@app.command()
def download(
    collection: Annotated[str, typer.Argument(help="name or group")],
    *,
    out: Annotated[Path | None, typer.Option(help="the folder to write, by default where the name looks")] = None,
) -> None:
    """Download a collection from its public source.

    A download that was cut continues.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    from isoglot.data.catalogue import download_collections

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def show_progress(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name)
            bars.update(tasks[name], completed=done, total=total)

        places = download_collections(collection, out, show_progress)
    for name, folder in places.items():
        typer.echo(f"{name} is in {folder}.")


@app.command()
def show(
    collection: Annotated[str, typer.Argument(help="name (see `isoglot data list`), name=PATH, folder or .jsonl")],
    topics: Annotated[int, typer.Option(min=0, help="topics to print with their texts")] = 3,
) -> None:
    """Show the size, the languages and a few topics of a collection."""
    from rich.console import Console

    from isoglot.data.catalogue import open_collection
    from isoglot.data.overview import overview_page

    Console().print(overview_page(open_collection(collection), topics))


@app.command()
def save(
    collection: Annotated[str, typer.Argument(help="name, name=PATH, folder or .jsonl")],
    *,
    out: Annotated[Path, typer.Option(help="the folder to write")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a folder that isoglot wrote")] = False,
) -> None:
    """Write a collection as a folder of its own.

    It holds the tables as Parquet, and collection.json.
    """
    from isoglot.data import storage
    from isoglot.data.catalogue import open_collection

    storage.save(open_collection(collection), out, overwrite=overwrite)
    typer.echo(f"Collection written to {out}.")


@app.command()
def check(collection: Annotated[str, typer.Argument(help="name, name=PATH, folder or .jsonl")]) -> None:
    """Point at texts of a collection that are doubtful.

    These are near-empty, untranslated, repeated, or mostly code.
    """
    from rich.console import Console

    from isoglot.data.catalogue import open_collection
    from isoglot.data.check import find_doubts
    from isoglot.data.overview import doubts_page

    opened = open_collection(collection)
    Console().print(doubts_page(opened, find_doubts(opened)))
