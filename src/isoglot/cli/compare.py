"""`isoglot compare`: evaluations against a base, with intervals and tests over topics."""

from pathlib import Path
from typing import Annotated

import typer


def compare(
    base: Annotated[str, typer.Argument(help="DIR of `isoglot evaluate --out`, or NAME=DIR,DIR,... for several seeds")],
    others: Annotated[list[str], typer.Argument(help="the same, for each system to compare with the base")],
    *,
    setting: Annotated[list[str] | None, typer.Option(help="compare in this setting only; may be repeated")] = None,
    measure: Annotated[list[str] | None, typer.Option(help="compare by this measure, not AP and RD")] = None,
    out: Annotated[Path | None, typer.Option(help="write all figures to this JSON file")] = None,
    resamples: Annotated[int, typer.Option(min=1, help="of bootstrap and permutation test")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="of the resamples")] = 0,
) -> None:
    """Compare evaluations with a base, topic by topic.

    Intervals and tests count all translations of a topic as one; p is corrected for the number of comparisons.
    """
    from rich.console import Console

    from isoglot.evaluation.statistics.compare import compare as run
    from isoglot.evaluation.statistics.reading import read_systems
    from isoglot.evaluation.statistics.record import check_record_path, write_record
    from isoglot.evaluation.statistics.tables import comparison_page

    if out is not None:
        check_record_path(out)
    first, *rest = read_systems([base, *others])
    comparisons = run(first, rest, setting or (), measure or (), resamples=resamples, seed=seed)
    if out is not None:
        write_record(comparisons, out, resamples=resamples, seed=seed)
    Console().print(comparison_page(comparisons))
