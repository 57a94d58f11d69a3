"""`isoglot evaluate`: one model on one collection, or a group of them, in the three settings."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from isoglot.cli.ray import RayOption, engine_at


def evaluate(
    model: Annotated[str, typer.Argument(help="embedded name, folder or hub name; bm25 for words alone")],
    collection: Annotated[
        str, typer.Argument(help="name, group, either with =PATH, folder or .jsonl (see `isoglot data list`)")
    ],
    *,
    out: Annotated[Path | None, typer.Option(help="write scores.json and per_query.parquet here")] = None,
    pool: Annotated[
        list[str] | None, typer.Option(help="also report this pool of languages, such as en,de or all-de")
    ] = None,
    measure: Annotated[list[str] | None, typer.Option(help="also compute this measure, such as P@5 or nDCG@20")] = None,
    debias: Annotated[
        list[str] | None, typer.Option(help="also evaluate after this correction: centre, lir or shift")
    ] = None,
    debias_fit: Annotated[str | None, typer.Option(help="collection to fit the corrections on")] = None,
    best_section: Annotated[
        bool, typer.Option("--best-section", help="score long passages by their best section, not their beginning")
    ] = False,
    run_depth: Annotated[
        int, typer.Option(min=0, help="also write a TREC run of so many passages a query, and qrels")
    ] = 0,
    query_prompt: Annotated[str | None, typer.Option(help="put before queries; empty for none")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="put before passages; empty for none")] = None,
    pooling: Annotated[str, typer.Option(help="of a plain transformers model")] = "mean",
    max_length: Annotated[int | None, typer.Option(min=1, help="tokens of a text that are read")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="texts encoded together")] = 128,
    memory: Annotated[int, typer.Option(min=1, help="bound on the memory of ranking, in MiB")] = 512,
    store: Annotated[
        bool, typer.Option(help="keep vectors for the next evaluation of this model (see `isoglot cache show`)")
    ] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a finished evaluation")] = False,
    ray: RayOption = None,
) -> None:
    """Evaluate a model on a collection.

    In the monolingual, cross-lingual and multilingual-pool settings, with the language bias.
    """
    from rich.console import Console

    from isoglot.data.catalogue import open_collection, open_collections
    from isoglot.evaluation.files import SCORES
    from isoglot.evaluation.measures import DEFAULT_MEASURES, parse
    from isoglot.experiments.evaluation import BM25, EvaluationRequest, evaluate_all
    from isoglot.files import check_output
    from isoglot.models.load import load_model
    from isoglot.models.store import EmbeddingStore

    if out is not None:
        check_output(out, SCORES, overwrite)
    measures = tuple(dict.fromkeys([*DEFAULT_MEASURES, *map(parse, measure or ())]))
    opened = open_collections(collection)
    request = EvaluationRequest(
        model,
        collection,
        out=out,
        overwrite=overwrite,
        pools=tuple(pool or ()),
        measures=measures,
        corrections=tuple(debias or ()),
        corrections_fit=debias_fit,
        best_section=best_section,
        run_depth=run_depth,
        batch_size=batch_size,
        memory=memory * 2**20,
        store=EmbeddingStore(model_name=model) if store else None,
        progress=sys.stderr.isatty(),
    )
    request.check()
    with engine_at(ray) as engine:
        encoder = None
        if model != BM25:
            encoder = load_model(
                model,
                pooling=pooling,
                query_prompt=query_prompt,
                passage_prompt=passage_prompt,
                max_length=max_length,
                texts=lambda: open_collection(collection).texts,
            )
        evaluate_all(replace(request, engine=engine), encoder, opened, Console())
