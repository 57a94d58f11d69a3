"""`isoglot measure`: a run file of any system against a qrels file."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT = ("AP", "RR", "nDCG@10", "R@100")


def measure(
    run: Annotated[Path, typer.Argument(help="TREC run file, plain or .gz")],
    qrels: Annotated[Path, typer.Argument(help="TREC qrels file, plain or .gz")],
    *,
    measure: Annotated[
        list[str] | None,
        typer.Option(help=f"such as AP, nDCG@20 or P(rel=2)@5 [default: {', '.join(DEFAULT)}]", show_default=False),
    ] = None,
    per_query: Annotated[
        bool, typer.Option("--per-query", help="print lines of query, measure and value instead of means")
    ] = False,
) -> None:
    """Measure a TREC run.

    The means are over all queries with a relevant passage in the qrels; one that is not in the run counts as 0.
    """
    from rich.console import Console
    from rich.table import Table

    from isoglot.evaluation.measures import parse
    from isoglot.evaluation.trec import gold_ranks_of_run, read_qrels, read_run, remarks

    measures = dict.fromkeys(map(parse, measure or DEFAULT))
    retrieved, judged = read_run(run), read_qrels(qrels)
    query_ids, ranks = gold_ranks_of_run(retrieved, judged)
    values = {each: each(ranks) for each in measures}
    console = Console(stderr=per_query)
    if per_query:
        for row, query_id in enumerate(query_ids):
            typer.echo("\n".join(f"{query_id}\t{name}\t{found[row]}" for name, found in values.items()))
    else:
        table = Table("measure", f"mean of {len(query_ids):,} queries")
        for name, found in values.items():
            table.add_row(str(name), f"{found.mean():.4f}")
        console.print(table)
    for remark in remarks(retrieved, judged):
        console.print(remark, style="dim")
