"""`isoglot verify`: the passages nearest to each claim, across languages."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def verify(
    claims: Annotated[Path, typer.Argument(help="text file, one claim a line, in any language")],
    *,
    corpus: Annotated[str, typer.Option(help="collection to search: name, name=PATH, folder or .jsonl")],
    model: Annotated[str, typer.Option(help="embedded name, folder or hub name")],
    top: Annotated[int, typer.Option(min=1, help="passages to show for each claim")] = 5,
    calibrate: Annotated[
        str | None, typer.Option(help="collection of labelled claims; the corpus' own unless given")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="write everything to this JSON file")] = None,
    seed: Annotated[int, typer.Option(min=0, help="cuts the labelled topics in halves, to fit and to test")] = 0,
    query_prompt: Annotated[str | None, typer.Option(help="put before claims; empty for none")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="put before passages; empty for none")] = None,
    pooling: Annotated[str, typer.Option(help="of a plain transformers model")] = "mean",
    max_length: Annotated[int | None, typer.Option(min=1, help="tokens of a text that are read")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="texts encoded together")] = 128,
) -> None:
    """Retrieve what a corpus has on each claim, in any language.

    With a calibrated probability that the best passage is related, where labelled claims are at hand. Retrieval shows
    relatedness, not truth.
    """
    from rich.console import Console

    from isoglot.data.catalogue import open_collection
    from isoglot.evaluation.statistics.record import check_record_path
    from isoglot.experiments.claims.retrieval.claims_file import read_claim_lines
    from isoglot.experiments.claims.retrieval.page import verify_page
    from isoglot.experiments.claims.retrieval.record import write_verification
    from isoglot.experiments.claims.retrieval.verify import VerifyRequest
    from isoglot.experiments.claims.retrieval.verify import verify as run
    from isoglot.models.load import load_model
    from isoglot.models.store import EmbeddingStore

    if out is not None:
        check_record_path(out)
    lines = read_claim_lines(claims)
    opened = open_collection(corpus)
    labelled = open_collection(calibrate) if calibrate else None
    encoder = load_model(
        model,
        pooling=pooling,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
        max_length=max_length,
        texts=lambda: opened.texts,
    )
    store = EmbeddingStore(model_name=model)
    request = VerifyRequest(model, top, seed, batch_size, store, progress=sys.stderr.isatty())
    record = run(request, encoder, lines, opened, labelled)
    if out is not None:
        write_verification(record, out)
    Console().print(verify_page(record))
