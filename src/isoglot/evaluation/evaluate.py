"""One model on one collection: encode once, rank once, and read every setting, measure and bias off the counts."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.data.indexed import Indexed, index
from isoglot.errors import RequestError, unknown
from isoglot.evaluation.bias import bias_columns, bias_scores
from isoglot.evaluation.encoded import EncodedCollection, encode_collection
from isoglot.evaluation.engine import HERE, Engine
from isoglot.evaluation.measures import DEFAULT_MEASURES, Measure
from isoglot.evaluation.per_query import per_query_table
from isoglot.evaluation.ranks import MEMORY, Golds, Pool, exclusions_of, golds_of
from isoglot.evaluation.ranks.given import rank_given
from isoglot.evaluation.ranks.rank import Ranking, scores_of
from isoglot.evaluation.summary import summarise
from isoglot.models.lexical import Lexicon
from isoglot.models.store import EmbeddingStore

# The first k of each ranking that bias measures look at.
TOP = 10


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found.

    Args:
        scores: means by setting, language and pair, the bias, and the cost; the content of `scores.json`.
        per_query: one row per setting, query and pool; the content of `per_query.parquet`.
        top: rows of the best passages of each query in the pool of all, best first, -1 for none, shape [Q, k].
        top_scores: their scores, NaN for none, shape [Q, k].
    """

    scores: dict[str, Any]
    per_query: pa.Table
    top: NDArray[np.int64]
    top_scores: NDArray[np.float64]


def evaluate(
    model: SentenceTransformer,
    collection: Collection,
    *,
    pools: Sequence[Sequence[str]] = (),
    measures: Sequence[Measure] = DEFAULT_MEASURES,
    store: EmbeddingStore | None = None,
    batch_size: int = 128,
    progress: bool = False,
) -> Evaluation:
    """Evaluate in the monolingual, cross-lingual and multilingual-pool settings.

    The arguments are those of `encode_collection` and `evaluate_encoded`, in one call.

    Raises:
        RequestError: no query has a relevant passage, or a pool names a language that no passage is in.
    """
    check_request(collection, pools)
    encoded = encode_collection(model, collection, batch_size=batch_size, store=store, progress=progress)
    return evaluate_encoded(collection, encoded, pools=pools, measures=measures)


def evaluate_encoded(
    collection: Collection,
    encoded: EncodedCollection,
    *,
    pools: Sequence[Sequence[str]] = (),
    measures: Sequence[Measure] = DEFAULT_MEASURES,
    top: int = 0,
    memory: int = MEMORY,
    engine: Engine = HERE,
) -> Evaluation:
    """Evaluate vectors.

    Args:
        collection: what to evaluate on.
        encoded: its vectors.
        pools: sub-pools of languages to report besides the pool of all.
        measures: what to compute for every query.
        top: passages of each query to list in the result.
        memory: bound in bytes on what ranking holds besides vectors and counts.
        engine: who ranks.

    Raises:
        RequestError: no query has a relevant passage, or a pool names a language that no passage is in.
    """
    check_request(collection, pools)
    started = time.perf_counter()
    indexed = index(collection)
    golds = golds_of(indexed)
    pool = Pool.of(encoded.passages, indexed.passage_language, tie_order(collection), encoded.sections)
    ranking = engine.rank(
        encoded.queries, pool, golds, len(indexed.languages),
        exclusions=exclusions_of(indexed), top=max(top, TOP), memory=memory,
    )  # fmt: skip
    kept = ranking.top[:, :top]
    kept_scores = scores_of(encoded.queries, pool, kept) if top else np.empty(kept.shape)
    cost = {**encoded.cost, "rank_seconds": round(time.perf_counter() - started, 2), "rank_memory_bytes": memory}
    found = measure_ranking(collection, indexed, golds, ranking, pools=pools, measures=measures, cost=cost)
    return Evaluation({**found.scores, "encoding": encoded.encoding}, found.per_query, kept, kept_scores)


def evaluate_lexical(
    collection: Collection,
    *,
    pools: Sequence[Sequence[str]] = (),
    measures: Sequence[Measure] = DEFAULT_MEASURES,
    top: int = 0,
) -> Evaluation:
    """Evaluate BM25, by the words of every script (see `isoglot.models.lexical`).

    The arguments are those of `evaluate_encoded`. Passages without a word of the query tie at 0.

    Raises:
        RequestError: no query has a relevant passage, or a pool names a language that no passage is in.
    """
    check_request(collection, pools)
    started = time.perf_counter()
    indexed, texts = index(collection), collection.query_texts
    golds, lexicon = golds_of(indexed), Lexicon(collection.passage_texts)
    ranking, scores = rank_given(
        lambda query: lexicon.scores(texts[query]), len(texts), indexed.passage_language, tie_order(collection), golds,
        len(indexed.languages), exclusions=exclusions_of(indexed), top=max(top, TOP),
    )  # fmt: skip
    cost = {"rank_seconds": round(time.perf_counter() - started, 2)}
    found = measure_ranking(collection, indexed, golds, ranking, pools=pools, measures=measures, cost=cost)
    return Evaluation(found.scores, found.per_query, ranking.top[:, :top], scores[:, :top].astype(np.float64))


def measure_ranking(
    collection: Collection,
    indexed: Indexed,
    golds: Golds,
    ranking: Ranking,
    *,
    pools: Sequence[Sequence[str]],
    measures: Sequence[Measure],
    cost: Mapping[str, Any],
) -> Evaluation:
    """Read every setting, measure and bias off a ranking; what it cost to make is told in the scores."""
    started = time.perf_counter()
    listed = ranking.top[:, :TOP]
    bias = bias_columns(indexed, golds, ranking.counts, listed)
    table = per_query_table(collection, indexed, golds, ranking.counts, measures, bias, pools)
    scores = summarise(table, measures, bias_scores(indexed, golds, ranking.counts, listed, bias))
    scores["counts"]["passages"] = len(indexed.passage_language)
    measured = {
        "measure_seconds": round(time.perf_counter() - started, 2),
        "process_peak_memory_bytes": peak_memory(),
    }
    none = np.empty((len(ranking.top), 0))
    return Evaluation({**scores, "cost": {**cost, **measured}}, table, none.astype(np.int64), none)


def check_request(collection: Collection, pools: Sequence[Sequence[str]] = ()) -> None:
    """Refuse before anything is encoded.

    Raises:
        RequestError: no query has a relevant passage, or a pool names a language that no passage is in.
    """
    if not pc.any(pc.greater(collection.qrels["relevance"], 0)).as_py():
        raise RequestError(f"{collection.name} has no query with a relevant passage; there is nothing to evaluate.")
    known = passage_languages(collection)
    for language in (language for pool in pools for language in pool):
        if language not in known:
            raise unknown("passage language", language, known)


def passage_languages(collection: Collection) -> list[str]:
    """The languages that a passage is in, sorted: what pools can be made of."""
    return sorted(pc.unique(collection.passages["language"]).to_pylist())


def tie_order(collection: Collection) -> NDArray[np.int64]:
    """The place of each passage among those of equal score: by a hash of its id, so that ties favour no language."""
    ids = collection.passages["passage_id"].to_pylist()
    order = np.argsort([blake2b(passage_id.encode(), digest_size=16).digest() for passage_id in ids])
    return np.argsort(order)


def peak_memory() -> int | None:
    """The most memory that the process has held so far, in bytes; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
