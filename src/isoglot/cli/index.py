"""`isoglot index` and `isoglot unindex`: documents into an index, and out of it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from isoglot.cli.ray import RayOption, fill_at


def index(
    source: Annotated[
        str,
        typer.Argument(
            help="folder of text, Markdown, HTML and PDF files; JSONL, CSV or Parquet file; or a collection: name, "
            "name=PATH, folder or .jsonl"
        ),
    ],
    *,
    out: Annotated[Path, typer.Option(help="folder of the index; one that is there is updated")],
    model: Annotated[
        str | None, typer.Option(help="encoder: embedded name, folder or hub name; the one of an index that is there")
    ] = None,
    query_prompt: Annotated[str | None, typer.Option(help="put before queries; empty for none")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="put before passages; empty for none")] = None,
    max_length: Annotated[int | None, typer.Option(min=1, help="tokens of a text that are read")] = None,
    languages: Annotated[
        list[str] | None, typer.Option(help="detect these only where a document states no language, such as de,sw")
    ] = None,
    text_column: Annotated[str, typer.Option(help="of a table: what is searched")] = "text",
    id_column: Annotated[
        str | None, typer.Option(help="of a table: the document's id; id, document_id or _id unless given")
    ] = None,
    passage_characters: Annotated[
        int | None, typer.Option(min=50, help="longest passage that documents are cut into (default 1000)")
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="texts encoded together")] = 128,
    ray: RayOption = None,
) -> None:
    """Make an index of documents in any languages, or update it.

    It then holds what SOURCE holds now: only new and changed documents are encoded; those that came from SOURCE and are
    gone from it are deleted. Other sources can be added to the same index. Killed at any moment, the index is as it was
    before or as it shall be.
    """
    from isoglot.search.extra import check_extra

    check_extra()
    from isoglot.search.build import EncoderRequest, index_source, recall_line
    from isoglot.search.derived import open_derived
    from isoglot.search.describe import describe
    from isoglot.search.documents import Columns, open_source
    from isoglot.search.language import detector
    from isoglot.search.store.store import Store

    codes = tuple(code for value in languages for code in value.split(",")) if languages else ()
    detector(codes)
    with fill_at(ray) as fill:
        summary = index_source(
            open_source(source, Columns(text_column, id_column)),
            out,
            EncoderRequest(model, query_prompt, passage_prompt, max_length, passage_characters, batch_size),
            languages=codes,
            progress=sys.stderr.isatty(),
            fill=fill,
        )
    typer.echo("\n".join(summary.lines))
    typer.echo(recall_line(describe(open_derived(Store.open(out)))))
    typer.echo(f"Index in {out}; search it with `isoglot search {out} QUESTION`.")


def unindex(
    index: Annotated[Path, typer.Argument(help="folder of the index")],
    ids: Annotated[list[str] | None, typer.Argument(help="documents to delete")] = None,
    *,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="SOURCE", help="delete all that `isoglot index` took from there, such as docs/"),
    ] = None,
) -> None:
    """Delete documents from an index.

    Those with these ids, or all that came from a source. A source that still holds them brings them back when it is
    indexed again.
    """
    from isoglot.errors import RequestError
    from isoglot.search.extra import check_extra

    check_extra()
    from isoglot.search.build import delete_documents, delete_source
    from isoglot.search.documents import origin_of
    from isoglot.search.store.store import Store

    if bool(ids) == bool(source):
        raise RequestError("name the documents to delete, or the SOURCE that they came from with --from.")
    before = Store.open(index).count
    store = delete_source(index, origin_of(source)) if source else delete_documents(index, ids or [])
    typer.echo(f"Passages deleted: {before - store.count:,}; left: {store.count:,} (version {store.version}).")
