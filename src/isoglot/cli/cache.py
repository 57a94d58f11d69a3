"""`isoglot cache`: what the embedding store holds, and clearing it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from isoglot.models.store import SpaceReport

app = typer.Typer(help="Show and clear the stored vectors.", no_args_is_help=True)

SHOWN_HASH = 12


@app.command()
def show() -> None:
    """Show what is stored: vectors by model, role, prompt and maximum length, those used last first."""
    from rich.console import Console
    from rich.filesize import decimal
    from rich.markup import escape
    from rich.table import Table

    from isoglot.models.store import EmbeddingStore

    store = EmbeddingStore()
    spaces = store.report()
    table = Table(box=None, pad_edge=False)
    for heading in ("model", "hash", "role", "prompt", "max length", "texts", "size", "last used"):
        table.add_column(heading, justify="right" if heading in ("max length", "texts", "size") else "left")
    for space in spaces:
        table.add_row(
            escape(space.model_name),
            space.key.model[:SHOWN_HASH],
            space.key.role,
            escape(repr(space.key.prompt)) if space.key.prompt else "",
            "" if space.key.max_length is None else str(space.key.max_length),
            f"{space.texts:,}",
            decimal(space.size),
            f"{space.last_used:%Y-%m-%d}",
        )
    if spaces:
        Console().print(table)
    typer.echo(f"{_amount(spaces)} in {store.folder}.")


@app.command()
def clear(
    *,
    model: Annotated[str | None, typer.Option(help="only this model's: its name, or the start of its hash")] = None,
    older_than: Annotated[int | None, typer.Option(min=0, help="only what was not used for so many days")] = None,
) -> None:
    """Remove stored vectors, all of them if nothing is chosen; they are computed again when they are needed."""
    from isoglot.errors import unknown
    from isoglot.models.store import EmbeddingStore

    store = EmbeddingStore()
    if model is not None and not any(_is_of(space, model) for space in store.report()):
        known = {space.model_name or space.key.model[:SHOWN_HASH] for space in store.report()}
        raise unknown("stored model", model, sorted(known))
    latest = None if older_than is None else datetime.now().astimezone() - timedelta(days=older_than)
    removed = store.clear(
        lambda space: (model is None or _is_of(space, model)) and (latest is None or space.last_used <= latest)
    )
    typer.echo(f"Removed {_amount(removed)} from {store.folder}.")


def _is_of(space: "SpaceReport", model: str) -> bool:
    is_start_of_hash = len(model) >= 4 and space.key.model.startswith(model)
    return is_start_of_hash or (space.model_name == model != "")


def _amount(spaces: "list[SpaceReport]") -> str:
    from rich.filesize import decimal

    texts = sum(space.texts for space in spaces)
    return f"{texts:,} vector{'' if texts == 1 else 's'} ({decimal(sum(space.size for space in spaces))})"
