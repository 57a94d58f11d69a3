"""`isoglot data`: what collections there are, what is in them, and what is doubtful about them."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="List, show and check collections.", no_args_is_help=True)


@app.command("list")
def list_sources() -> None:
    """List the collections known by name."""
    from rich.console import Console
    from rich.table import Table

    from isoglot.data.catalogue import SOURCES

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, source in SOURCES.items():
        path = "=PATH" if source.needs else ""
        needs = f"; PATH is {source.needs}" if source.needs else ""
        table.add_row(f"{name}{path}", f"{source.description}{needs} [dim]({source.licence})[/dim]")
    Console().print(table)
    Console().print("A .jsonl file (parallel-qa) and a folder that isoglot wrote can be given by their path alone.")


@app.command()
def show(
    collection: Annotated[str, typer.Argument(help="name, name=PATH, folder or .jsonl")],
    topics: Annotated[int, typer.Option(min=0, help="topics to print")] = 3,
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
    """Write a collection as a folder of its own: queries, passages and qrels as Parquet, and collection.json."""
    from isoglot.data import storage
    from isoglot.data.catalogue import open_collection

    storage.save(open_collection(collection), out, overwrite=overwrite)
    typer.echo(f"Collection written to {out}.")


@app.command()
def check(collection: Annotated[str, typer.Argument(help="name, name=PATH, folder or .jsonl")]) -> None:
    """Point at texts that are doubtful: near-empty, untranslated, repeated, or mostly code."""
    from rich.console import Console

    from isoglot.data.catalogue import open_collection
    from isoglot.data.check import find_doubts
    from isoglot.data.overview import doubts_page

    opened = open_collection(collection)
    Console().print(doubts_page(opened, find_doubts(opened)))
