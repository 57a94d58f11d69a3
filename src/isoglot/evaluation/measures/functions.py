"""The measures: each a function of gold ranks that gives one value per query.

They equal trec_eval's (map, map_cut_k, recip_rank, recall_k, P_k, success_k, Rprec, ndcg, ndcg_cut_k), also where a
relevant passage was not retrieved. A query without a passage of relevance `rel` or more has the value 0, as there.
Keyword parameters of a function are those of its name: `rel` is the least relevance that counts as relevant, `cutoff`
the last rank that is looked at.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from isoglot.evaluation.settings import NOT_RETRIEVED, GoldRanks

Floats = NDArray[np.float64]

FULL_DEPTH = NOT_RETRIEVED - 1


def average_precision(ranks: GoldRanks, *, rel: int = 1, cutoff: int = FULL_DEPTH) -> Floats:
    """Mean over the relevant passages of the precision at their ranks, 0 beyond the cutoff."""
    relevant = ranks.relevance >= rel
    found: NDArray[np.int64] = np.cumsum(relevant)
    found_before = np.repeat((found - relevant)[ranks.starts], ranks.numbers)
    precisions = (found - found_before) / ranks.rank
    return _share(_sums(ranks, _until(ranks, cutoff, relevant * precisions)), _sums(ranks, relevant))


def reciprocal_rank(ranks: GoldRanks, *, rel: int = 1, cutoff: int = FULL_DEPTH) -> Floats:
    """One over the rank of the first relevant passage, 0 beyond the cutoff."""
    relevant = ranks.relevance >= rel
    return np.maximum.reduceat(_until(ranks, cutoff, relevant / ranks.rank), ranks.starts)


def recall(ranks: GoldRanks, *, rel: int = 1, cutoff: int) -> Floats:
    """Share of the relevant passages that are among the first `cutoff`."""
    relevant = ranks.relevance >= rel
    return _share(_sums(ranks, _until(ranks, cutoff, relevant)), _sums(ranks, relevant))


def precision(ranks: GoldRanks, *, rel: int = 1, cutoff: int) -> Floats:
    """Share of the first `cutoff` places that hold a relevant passage."""
    return _sums(ranks, _until(ranks, cutoff, ranks.relevance >= rel)) / cutoff


def success(ranks: GoldRanks, *, rel: int = 1, cutoff: int) -> Floats:
    """One where a relevant passage is among the first `cutoff`, else zero."""
    return (precision(ranks, rel=rel, cutoff=cutoff) > 0).astype(np.float64)


def r_precision(ranks: GoldRanks, *, rel: int = 1) -> Floats:
    """Precision at as many places as the query has relevant passages."""
    relevant = ranks.relevance >= rel
    number = _sums(ranks, relevant)
    return _share(_sums(ranks, _until(ranks, np.repeat(number, ranks.numbers), relevant)), number)


def rank_biased_precision(ranks: GoldRanks, *, rel: int, p: float = 0.8) -> Floats:
    """Expected share of relevant passages seen by a reader who goes on to the next rank with probability `p`.

    (1 - p) times the sum of p ** (rank - 1) over the relevant passages (Moffat and Zobel, TOIS 2008).
    """
    seen = (1 - p) * p ** (ranks.rank - 1.0)
    return _sums(ranks, _until(ranks, FULL_DEPTH, (ranks.relevance >= rel) * seen))


def ndcg(ranks: GoldRanks, *, cutoff: int = FULL_DEPTH) -> Floats:
    """Gain (the relevance) over log2(rank + 1), as a share of what the best order would reach by the cutoff."""
    best_first = np.lexsort((-ranks.relevance, ranks.query))
    ideal = ranks.relevance[best_first] / np.log2(ranks.positions + 1)
    gain = _until(ranks, cutoff, ranks.relevance / np.log2(ranks.rank + 1.0))
    return _sums(ranks, gain) / _sums(ranks, np.where(ranks.positions <= cutoff, ideal, 0))


def _until(ranks: GoldRanks, cutoff: Any, values: NDArray) -> NDArray:
    """The values of passages up to the cutoff (one, or one per passage), 0 after it."""
    return np.where(ranks.rank <= cutoff, values, 0)


def _sums(ranks: GoldRanks, values: NDArray) -> Floats:
    return np.add.reduceat(values.astype(np.float64), ranks.starts)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
