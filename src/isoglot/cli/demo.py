"""`isoglot demo`: the main job on the embedded corpus and encoder, offline."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer


def demo(
    *,
    out: Annotated[Path | None, typer.Option(help="keep the trained models here")] = None,
    steps: Annotated[int, typer.Option(min=1, help="batches per strategy")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="of batches and initial weights")] = 0,
) -> None:
    """Compare three strategies on embedded facts, offline.

    Trains with monolingual, cross-lingual and hybrid batches and evaluates all on held-out facts, in minutes.
    """
    from rich.console import Console

    from isoglot.experiments.demo import run_demo

    with TemporaryDirectory(prefix="isoglot-demo-") as temporary:
        run_demo(out or Path(temporary), steps=steps, seed=seed, console=Console())
    if out is not None:
        typer.echo(f"The trained models are in {out}.")
