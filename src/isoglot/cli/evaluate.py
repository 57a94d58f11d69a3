"""`isoglot evaluate`: one model on one collection in the three settings."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    model: Annotated[str, typer.Argument(help="embedded name, folder or hub name")],
    collection: Annotated[str, typer.Argument(help="name, name=PATH, folder or .jsonl (see `isoglot data list`)")],
    *,
    out: Annotated[Path | None, typer.Option(help="write scores.json and per_query.parquet here")] = None,
    pool: Annotated[list[str] | None, typer.Option(help="also report this pool of languages, such as en,de")] = None,
    measure: Annotated[list[str] | None, typer.Option(help="also compute this measure, such as P@5 or nDCG@20")] = None,
    query_prompt: Annotated[str | None, typer.Option(help="put before queries; empty for none")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="put before passages; empty for none")] = None,
    pooling: Annotated[str, typer.Option(help="of a plain transformers model")] = "mean",
    max_length: Annotated[int | None, typer.Option(min=1, help="tokens of a text that are read")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="texts encoded together")] = 128,
    memory: Annotated[int, typer.Option(min=1, help="bound on the memory of ranking, in MiB")] = 64,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a finished evaluation")] = False,
) -> None:
    """Evaluate a model on a collection.

    In the monolingual, cross-lingual and multilingual-pool settings, with the language bias.
    """
    from rich.console import Console

    from isoglot.data.catalogue import open_collection
    from isoglot.evaluation import files
    from isoglot.evaluation.evaluate import evaluate as run
    from isoglot.evaluation.measures import DEFAULT_MEASURES, parse
    from isoglot.evaluation.tables import evaluation_page
    from isoglot.files import check_output, new_folder
    from isoglot.models.load import load_model

    if out is not None:
        check_output(out, files.SCORES, overwrite)
    measures = list(dict.fromkeys([*DEFAULT_MEASURES, *map(parse, measure or ())]))
    opened = open_collection(collection)
    encoder = load_model(
        model,
        pooling=pooling,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
        max_length=max_length,
        texts=lambda: opened.texts,
    )
    pools = [[code.strip() for code in languages.split(",")] for languages in pool or ()]
    result = run(
        encoder,
        opened,
        pools=pools,
        measures=measures,
        batch_size=batch_size,
        memory=memory * 2**20,
        progress=sys.stderr.isatty(),
    )
    if out is not None:
        with new_folder(out, files.SCORES, overwrite=overwrite) as folder:
            files.write_evaluation(result, model, opened, folder)
    Console().print(evaluation_page(result.scores))
