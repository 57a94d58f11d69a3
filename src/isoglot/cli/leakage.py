"""`isoglot leakage`: whether training data holds what a model is evaluated on, and training data without it."""

from pathlib import Path
from typing import Annotated

import typer


def leakage(
    train: Annotated[list[str], typer.Argument(help="training collections: name, name=PATH, folder or .jsonl")],
    *,
    against: Annotated[list[str], typer.Option(help="an evaluation collection; may be given several times")],
    threshold: Annotated[
        float, typer.Option(help="share of character n-grams from which texts count as the same, 0.5 to 1")
    ] = 0.8,
    out: Annotated[Path | None, typer.Option(help="write the reports to this JSON file")] = None,
    remove_to: Annotated[
        Path | None, typer.Option(help="write the training collections without what leaks into this folder")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace collections in --remove-to")] = False,
) -> None:
    """Prove that training data holds no text of evaluation.

    The exit code is 0 where nothing leaks and 1 where something does, unless --remove-to wrote training data
    without it.
    """
    from rich.console import Console

    from isoglot.data import storage
    from isoglot.data.catalogue import open_collection
    from isoglot.data.leakage.find import find_leaks
    from isoglot.data.leakage.page import leakage_page
    from isoglot.data.leakage.write import clean_folders, remove_leaks, write_reports
    from isoglot.errors import IsoglotError

    trained, held = [open_collection(each) for each in train], [open_collection(each) for each in against]
    folders = clean_folders(trained, remove_to, overwrite=overwrite) if remove_to else []
    reports = [find_leaks(trained, each, threshold=threshold) for each in held]
    for report in reports:
        Console().print(leakage_page(report))
    if out is not None:
        write_reports(reports, out)
    if remove_to is None and not all(report.clean for report in reports):
        raise IsoglotError("texts of evaluation are in the training data; --remove-to DIR writes it without them.")
    if remove_to is not None:
        cleaned, again = remove_leaks(trained, held, reports)
        for before, after, folder in zip(trained, cleaned, folders, strict=True):
            storage.save(after, folder, overwrite=overwrite)
            typer.echo(f"{folder}: {len(after.topics):,} of {len(before.topics):,} topics of {before.name}.")
        for report in again:
            typer.echo(report.statement)
