"""`isoglot search`: the best passages of an index for a question, in every language."""

from pathlib import Path
from typing import Annotated

import typer


def search(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="index that `isoglot index --out` wrote")],
    question: Annotated[str, typer.Argument(help="in any language")],
    *,
    k: Annotated[int, typer.Option("--k", "-k", help="hits to show, up to 100")] = 10,
    mode: Annotated[str, typer.Option(help="dense (by vectors), lexical (by words) or hybrid (both)")] = "dense",
    balance: Annotated[
        str, typer.Option(help="how languages share the hits: as-scored, calibrated, balanced or only")
    ] = "as-scored",
    languages: Annotated[
        list[str] | None, typer.Option("--languages", "--language", help="search these languages, such as de,sw")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="search this source; may be repeated")] = None,
    where: Annotated[list[str] | None, typer.Option(help="column:value that a hit must have; may be repeated")] = None,
    query_language: Annotated[str | None, typer.Option(help="of the question; detected unless given")] = None,
    json: Annotated[bool, typer.Option("--json", help="print the answer as JSON")] = False,
) -> None:
    """Search an index.

    calibrated compares scores after taking away what a question is near to in each language anyhow; balanced gives
    every language its share of the pool in every first part of the hits; only searches the languages given.
    """
    from isoglot.search.asking import filters, request_of
    from isoglot.search.extra import check_extra

    check_extra()
    codes = tuple(code for value in languages or () for code in value.split(","))
    request = request_of(
        question=question,
        k=k,
        mode=mode,
        balance=balance,
        languages=codes,
        sources=tuple(source or ()),
        where=filters(where or ()),
        query_language=query_language,
    )
    from rich.console import Console

    from isoglot.search.searcher import Searcher
    from isoglot.search.terminal import answer_page

    response = Searcher.open(folder).search(request)
    if json:
        typer.echo(response.model_dump_json(indent=2))
    else:
        Console().print(answer_page(response))
