"""`isoglot mine`: a training collection with hard negatives."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def mine(
    collection: Annotated[str, typer.Argument(help="to train on: name, name=PATH, folder or .jsonl")],
    *,
    model: Annotated[str, typer.Option(help="finds what is hard: embedded name, folder or hub name")],
    out: Annotated[Path, typer.Option(help="where the collection with its hard negatives goes")],
    own: Annotated[int, typer.Option(min=0, help="passages mined for each query in its own language")] = 8,
    foreign: Annotated[int, typer.Option(min=0, help="passages mined for each query in each other language")] = 1,
    margin: Annotated[
        float, typer.Option(help="share by which a negative must score lower than the best relevant passage")
    ] = 0.05,
    teacher: Annotated[
        str | None, typer.Option(help="model whose scores the margin is about; the mining model unless given")
    ] = None,
    languages: Annotated[
        list[str] | None, typer.Option(help="mine passages in these languages only, such as de,sw")
    ] = None,
    query_prompt: Annotated[str | None, typer.Option(help="put before queries; empty for none")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="put before passages; empty for none")] = None,
    pooling: Annotated[str, typer.Option(help="of a plain transformers model")] = "mean",
    max_length: Annotated[int | None, typer.Option(min=1, help="tokens of a text that are read")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="texts encoded together")] = 128,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a collection in --out")] = False,
) -> None:
    """Add hard negatives to a collection.

    For each query these are the nearest passages of each language that answer nothing. Left out are passages that are
    relevant, parallel to a relevant one or copies of one, and those that score too near the best relevant one. Train on
    the result with --negatives and --foreign-negatives.
    """
    from rich.console import Console

    from isoglot.data import storage
    from isoglot.data.catalogue import open_collection
    from isoglot.evaluation.encoded import encode_collection
    from isoglot.files import check_output
    from isoglot.models.load import load_model
    from isoglot.models.store import EmbeddingStore
    from isoglot.training.mining import MiningRequest, mining_table
    from isoglot.training.mining import mine as mine_negatives

    check_output(out, storage.MARKER, overwrite)
    opened = open_collection(collection)
    codes = [code for value in languages for code in value.split(",")] if languages else None
    request = MiningRequest(own, foreign, margin, codes)
    request.check(opened)
    encoder = load_model(
        model,
        pooling=pooling,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
        max_length=max_length,
        texts=lambda: opened.texts,
    )
    models = [(model, encoder), *([(teacher, load_model(teacher))] if teacher else [])]
    encoded = [
        encode_collection(
            each, opened, batch_size=batch_size, store=EmbeddingStore(model_name=name), progress=sys.stderr.isatty()
        )
        for name, each in models
    ]
    note = f"hard negatives mined with {' and '.join(name for name, _ in models)}: {request.summary}"
    result = mine_negatives(opened, encoded[0], request, teacher=encoded[-1], note=note)
    storage.save(result.collection, out, overwrite=overwrite)
    Console().print(mining_table(result))
    typer.echo(f"Collection written to {out}; train on it with --negatives.")
