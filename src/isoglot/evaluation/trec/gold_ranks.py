"""Gold ranks of a run, which every measure is computed from."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.indexed import positions
from isoglot.errors import RequestError
from isoglot.evaluation.settings import NOT_RETRIEVED, GoldRanks


def gold_ranks_of_run(run: pa.Table, qrels: pa.Table) -> tuple[list[str], GoldRanks]:
    """Where the relevant passages of each judged query stand in a run.

    A run is ordered as trec_eval orders it: by score in single precision, highest first, and passages of equal score
    by id, last in the alphabet first. A query that is not in the run has retrieved nothing, and its measures are 0.
    A query without a relevant passage has no measures and is left out.

    Args:
        run: columns `query_id, passage_id, score`, no passage twice for a query.
        qrels: columns `query_id, passage_id, relevance`, likewise; a passage is relevant from relevance 1.

    Returns:
        The ids of the queries, and the gold ranks whose `query` is a position in these.

    Raises:
        RequestError: no query has a relevant passage, or the run has none of the queries that do.

    >>> run = pa.table({"query_id": ["q", "q"], "passage_id": ["a", "b"], "score": [1.5, 2.5]})
    >>> qrels = pa.table({"query_id": ["q", "q"], "passage_id": ["a", "c"], "relevance": [1, 2]})
    >>> gold_ranks_of_run(run, qrels)[1].rank.tolist() == [2, NOT_RETRIEVED]
    True
    """
    relevant = qrels.filter(pc.greater(qrels["relevance"], 0))
    query_ids = pc.unique(relevant["query_id"])
    judged = run.filter(pc.is_in(run["query_id"], query_ids))
    _check_match(run, judged, query_ids)
    ranked = _ranked(judged)
    relevant_somewhere = ranked.filter(pc.is_in(ranked["passage_id"], pc.unique(relevant["passage_id"])))
    found = relevant.join(relevant_somewhere, ["query_id", "passage_id"], join_type="left outer")
    query = positions(found["query_id"], query_ids)
    rank = pc.fill_null(found["rank"], NOT_RETRIEVED).to_numpy()
    relevance = found["relevance"].to_numpy()
    order = np.lexsort((-relevance, rank, query))
    return query_ids.to_pylist(), GoldRanks(query[order], rank[order], relevance[order])


def remarks(run: pa.Table, qrels: pa.Table) -> list[str]:
    """What means over the queries of `gold_ranks_of_run` leave out or count as 0, one line each."""
    judged, retrieved = pc.unique(qrels["query_id"]), pc.unique(run["query_id"])
    answerable = pc.unique(qrels.filter(pc.greater(qrels["relevance"], 0))["query_id"])
    counts = {
        "Queries of the run without judgments, left out": _missing(retrieved, judged),
        "Judged queries without a relevant passage, left out": _missing(judged, answerable),
        "Judged queries that are not in the run, counted as 0": _missing(answerable, retrieved),
    }
    return [f"{what}: {number:,}." for what, number in counts.items() if number]


def _ranked(run: pa.Table) -> pa.Table:
    """The run with the rank of every passage for its query."""
    single = run.set_column(run.column_names.index("score"), "score", pc.cast(run["score"], pa.float32()))
    keys = {"query_id": "ascending", "score": "descending", "passage_id": "descending"}
    ordered = single.sort_by(list(keys.items())).select(["query_id", "passage_id"])
    query = positions(ordered["query_id"], pc.unique(ordered["query_id"]))
    start = np.searchsorted(query, query)
    return ordered.append_column("rank", pa.array(np.arange(1, len(query) + 1) - start))


def _check_match(run: pa.Table, judged: pa.Table, query_ids: pa.Array) -> None:
    if len(query_ids) == 0:
        raise RequestError("The qrels hold no relevant passage (relevance 1 or more); there is nothing to measure.")
    if len(judged) == 0:
        ids = f"{run['query_id'][0].as_py()!r} in the run, {query_ids[0].as_py()!r} in the qrels"
        raise RequestError(f"No query of the run has a relevant passage in the qrels; compare their ids: {ids}.")


def _missing(wanted: pa.Array, known: pa.Array) -> int:
    return len(wanted) - pc.sum(pc.is_in(wanted, known)).as_py()
