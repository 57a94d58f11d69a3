"""`isoglot cache`: what the embedding store and the exports of encoders hold, and clearing them."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from isoglot.models.exports import KeptExport
    from isoglot.models.store import SpaceReport

app = typer.Typer(help="Show and clear the stored vectors and the exports of encoders.", no_args_is_help=True)

SHOWN_HASH = 12
SHORTEST_HASH = 4


@app.command()
def show() -> None:
    """Show what is stored.

    Vectors by model, role, prompt and maximum length, those used last first; and ONNX exports.
    """
    from rich.console import Console
    from rich.filesize import decimal
    from rich.markup import escape
    from rich.table import Table

    from isoglot.models.exports import kept_exports
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
    if exports := kept_exports():
        typer.echo(f"{_exports_amount(exports)} in {exports[0].folder.parent}.")


@app.command()
def clear(
    *,
    model: Annotated[str | None, typer.Option(help="only this model's: its name, or the start of its hash")] = None,
    older_than: Annotated[int | None, typer.Option(min=0, help="only what was not used for so many days")] = None,
) -> None:
    """Remove stored vectors and exports.

    All of them if nothing is chosen; they are made again when they are needed.
    """
    from isoglot.models.exports import clear_exports, kept_exports
    from isoglot.models.store import EmbeddingStore

    store = EmbeddingStore()
    hashes = _hashes(store.report(), kept_exports(), model)
    ever = datetime.max.replace(tzinfo=UTC)  # also what a clock that was set back since has written
    latest = ever if older_than is None else datetime.now(UTC) - timedelta(days=older_than)
    removed = store.clear(lambda space: space.key.model in hashes and space.last_used <= latest)
    typer.echo(f"Removed {_amount(removed)} from {store.folder}.")
    if exports := clear_exports(lambda export: export.model in hashes and export.last_used <= latest):
        typer.echo(f"Removed {_exports_amount(exports)} from {exports[0].folder.parent}.")


def _hashes(spaces: "list[SpaceReport]", exports: "list[KeptExport]", model: str | None) -> set[str]:
    """Those of a model, by its name or the start of its hash; those of all models for None."""
    from isoglot.errors import unknown

    names = [(space.key.model, space.model_name) for space in spaces] + [(export.model, "") for export in exports]
    if model is None:
        return {fingerprint for fingerprint, _ in names}
    by_hash = len(model) >= SHORTEST_HASH
    found = {
        fingerprint
        for fingerprint, name in names
        if (name == model != "") or (by_hash and fingerprint.startswith(model))
    }
    if not found:
        raise unknown("stored model", model, sorted({name or fingerprint[:SHOWN_HASH] for fingerprint, name in names}))
    return found


def _amount(spaces: "list[SpaceReport]") -> str:
    from rich.filesize import decimal

    texts = sum(space.texts for space in spaces)
    return f"{texts:,} vector{'' if texts == 1 else 's'} ({decimal(sum(space.size for space in spaces))})"


def _exports_amount(exports: "list[KeptExport]") -> str:
    from rich.filesize import decimal

    size = decimal(sum(export.size for export in exports))
    return f"{len(exports):,} ONNX export{'' if len(exports) == 1 else 's'} ({size})"
