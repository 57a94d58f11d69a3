"""`isoglot trim` and `isoglot untrim`: a model with the tokens of some texts only, and the way back."""

from pathlib import Path
from typing import Annotated

import typer


def trim(
    model: Annotated[str, typer.Argument(help="embedded name, folder or hub name")],
    *,
    keep_from: Annotated[
        list[str], typer.Option(help="collection whose tokens stay: name, name=PATH, folder or .jsonl; may be repeated")
    ],
    out: Annotated[Path, typer.Option(help="where the smaller model goes")],
    languages: Annotated[
        list[str] | None, typer.Option(help="of the collections take these languages only, such as de,sw")
    ] = None,
    query_prompt: Annotated[str | None, typer.Option(help="put before queries; empty for none")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="put before passages; empty for none")] = None,
    pooling: Annotated[str, typer.Option(help="of a plain transformers model")] = "mean",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a finished folder")] = False,
) -> None:
    """Drop the token vectors that no text of the collections uses.

    Those texts keep their vectors. Special tokens, bytes and single characters in the scripts of the texts stay too,
    so that the smaller model reads new text in these scripts.
    """
    from dataclasses import asdict

    from rich.console import Console

    from isoglot.data.catalogue import open_collection
    from isoglot.files import check_output, new_folder
    from isoglot.models.load import load_model
    from isoglot.models.trim import TRIMMED, covered_texts, save_model, saving_table
    from isoglot.models.trim import trim as trim_vocabulary
    from isoglot.training.record import keep_record

    check_output(out, TRIMMED, overwrite)
    codes = [code for value in languages for code in value.split(",")] if languages else None
    covered = covered_texts([open_collection(each) for each in keep_from], codes)
    texts = [text for of_role in covered.values() for text in of_role]
    encoder = load_model(
        model, pooling=pooling, query_prompt=query_prompt, passage_prompt=passage_prompt, texts=lambda: texts
    )
    trimmed = trim_vocabulary(encoder, covered)
    about = {"model": model, "keep_from": keep_from, "languages": codes, "texts": len(texts), **asdict(trimmed)}
    with new_folder(out, TRIMMED, overwrite=overwrite) as folder:
        save_model(encoder, model, folder, about, TRIMMED)
        keep_record(Path(model), folder)
    Console().print(saving_table(trimmed.before, trimmed.after))
    typer.echo(f"Model written to {out}.")


def untrim(
    model: Annotated[str, typer.Argument(help="folder of a trimmed model, trained or not")],
    *,
    into: Annotated[str, typer.Option(help="the model that it was trimmed from")],
    out: Annotated[Path, typer.Option(help="where the model with the whole vocabulary goes")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a finished folder")] = False,
) -> None:
    """Give a trimmed model the whole vocabulary back.

    Its tokens keep the vectors that it learnt, all others get those of the model it was trimmed from.
    """
    from isoglot.files import check_output, new_folder
    from isoglot.models.load import load_model
    from isoglot.models.trim import UNTRIMMED, save_model
    from isoglot.models.trim import untrim as untrim_vocabulary
    from isoglot.training.record import keep_record

    check_output(out, UNTRIMMED, overwrite)
    encoder = load_model(model)
    tokens = untrim_vocabulary(encoder, load_model(into))
    about = {"model": model, "into": into, "tokens": tokens}
    with new_folder(out, UNTRIMMED, overwrite=overwrite) as folder:
        save_model(encoder, model, folder, about, UNTRIMMED)
        keep_record(Path(model), folder)
    typer.echo(f"{tokens:,} token vectors come from {model}, all others from {into}.\nModel written to {out}.")
