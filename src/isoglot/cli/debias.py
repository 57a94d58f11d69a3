"""`isoglot debias`: a model with a training-free correction of its language bias."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def debias(
    model: Annotated[str, typer.Argument(help="embedded name, folder or hub name")],
    *,
    method: Annotated[str, typer.Option(help="centre, lir or shift")],
    fit: Annotated[str, typer.Option(help="collection to fit on: name, name=PATH, folder or .jsonl")],
    out: Annotated[Path, typer.Option(help="where the model with its correction goes")],
    components: Annotated[int | None, typer.Option(min=1, help="of each language, removed by lir (default 2)")] = None,
    texts: Annotated[int, typer.Option(min=1, help="of each language and role, to fit on")] = 500,
    query_prompt: Annotated[str | None, typer.Option(help="put before queries; empty for none")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="put before passages; empty for none")] = None,
    pooling: Annotated[str, typer.Option(help="of a plain transformers model")] = "mean",
    max_length: Annotated[int | None, typer.Option(min=1, help="tokens of a text that are read")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="texts encoded together")] = 128,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a finished folder")] = False,
) -> None:
    """Save a model with a training-free correction of language bias.

    centre subtracts each language's mean, lir removes each language's first principal components, and shift undoes
    the mean difference between translations. The vectors of the model itself stay as they are.
    """
    from isoglot.data.catalogue import open_collection
    from isoglot.files import check_output, new_folder
    from isoglot.models.debias import FILE, check_request, fit_correction, kind_named, save_correction
    from isoglot.models.load import load_model
    from isoglot.training.record import keep_record

    check_output(out, FILE, overwrite)
    kind, collection = kind_named(method), open_collection(fit)
    check_request(collection, kind, components)
    encoder = load_model(
        model,
        pooling=pooling,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
        max_length=max_length,
        texts=lambda: collection.texts,
    )
    correction = fit_correction(
        encoder,
        collection,
        kind,
        source=fit,
        components=components,
        texts=texts,
        batch_size=batch_size,
        progress=sys.stderr.isatty(),
    )
    with new_folder(out, FILE, overwrite=overwrite) as folder:
        encoder.save_pretrained(str(folder))
        save_correction(correction, folder)
        keep_record(Path(model), folder)
    typer.echo(f"{correction.summary}\nModel and correction written to {out}.")
