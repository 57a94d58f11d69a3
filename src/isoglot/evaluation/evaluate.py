"""One model on one collection: encode once, count once, and read every setting off the counts."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.data.indexed import index
from isoglot.errors import RequestError, unknown
from isoglot.evaluation.measures import DEFAULT_MEASURES, Measure
from isoglot.evaluation.per_query import per_query_table
from isoglot.evaluation.ranks import MEMORY, golds_of, outrank_counts
from isoglot.evaluation.summary import summarise
from isoglot.models.encode import encode, encoding_of


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found.

    Args:
        scores: means by setting, language and pair, the bias, and the cost; the content of `scores.json`.
        per_query: one row per setting, query and pool; the content of `per_query.parquet`.
    """

    scores: dict[str, Any]
    per_query: pa.Table


def evaluate(
    model: SentenceTransformer,
    collection: Collection,
    *,
    pools: Sequence[Sequence[str]] = (),
    measures: Sequence[Measure] = DEFAULT_MEASURES,
    batch_size: int = 128,
    memory: int = MEMORY,
    progress: bool = False,
) -> Evaluation:
    """Evaluate in the monolingual, cross-lingual and multilingual-pool settings.

    Args:
        model: the encoder.
        collection: what to evaluate on.
        pools: sub-pools of languages to report besides the pool of all.
        measures: what to compute for every query.
        batch_size: texts encoded together.
        memory: bound in bytes on what ranking holds besides vectors and counts.
        progress: show bars while encoding.

    Raises:
        RequestError: no query has a relevant passage, or a pool names a language that no passage is in.
    """
    indexed = index(collection)
    golds = golds_of(indexed)
    if len(golds.query) == 0:
        raise RequestError(f"{collection.name} has no query with a relevant passage; there is nothing to evaluate.")
    _check_pools(collection, pools)
    started = time.perf_counter()
    queries, passages = collection.query_texts, collection.passage_texts
    query_vectors = encode(model, queries, "query", batch_size=batch_size, progress=progress)
    passage_vectors = encode(model, passages, "passage", batch_size=batch_size, progress=progress)
    encoded = time.perf_counter()
    order = tie_order(collection.passages["passage_id"].to_pylist())
    counts = outrank_counts(
        query_vectors,
        passage_vectors[order],
        indexed.passage_language[order],
        replace(golds, passage=np.argsort(order)[golds.passage]),
        len(indexed.languages),
        memory,
    )
    table = per_query_table(collection, indexed, golds, counts, measures, pools)
    ranked = time.perf_counter()
    cost = {
        "distinct_queries": len(set(queries)),
        "distinct_passages": len(set(passages)),
        "encode_seconds": round(encoded - started, 2),
        "rank_seconds": round(ranked - encoded, 2),
        "rank_memory_bytes": memory,
        "process_peak_memory_bytes": peak_memory(),
    }
    scores = summarise(table, measures)
    scores["counts"]["passages"] = len(passages)
    return Evaluation({**scores, "encoding": encoding_of(model), "cost": cost}, table)


def tie_order(passage_ids: Sequence[str]) -> NDArray[np.int64]:
    """The order in which passages of equal score stand: by a hash of their id, so that ties favour no language."""
    return np.argsort([blake2b(passage_id.encode(), digest_size=16).digest() for passage_id in passage_ids])


def peak_memory() -> int | None:
    """The most memory that the process has held so far, in bytes; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _check_pools(collection: Collection, pools: Sequence[Sequence[str]]) -> None:
    known = sorted(set(collection.passages["language"].to_pylist()))
    for language in (language for pool in pools for language in pool):
        if language not in known:
            raise unknown("passage language", language, known)
