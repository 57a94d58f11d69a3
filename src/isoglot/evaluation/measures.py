"""Measures of retrieval: small objects whose name is their identity, computed from the ranks of relevant passages.

They equal trec_eval's (map, recip_rank, recall_k, P_k, success_k, ndcg_cut_k) on a ranking of full depth.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isoglot.errors import IsoglotError, RequestError
from isoglot.evaluation.settings import GoldRanks

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """A measure of each query of a scope, known by its name.

    Args:
        name: how it prints, compares and hashes.
        compute: from gold ranks to one value per query, in the order of `GoldRanks.queries`.

    >>> parse("R@10")
    R@10
    >>> parse("R@10") == parse("R@10"), parse("R@10") == parse("R@1")
    (True, False)
    """

    name: str
    compute: Callable[[GoldRanks], Floats] = field(compare=False)

    def __call__(self, gold_ranks: GoldRanks) -> Floats:
        """The value of each query of `gold_ranks.queries`, shape [n]."""
        return self.compute(gold_ranks)

    def __repr__(self) -> str:
        """The name."""
        return self.name


def average_precision(ranks: GoldRanks) -> Floats:
    """Mean of the precision at each relevant passage."""
    return _sums(ranks, ranks.positions / ranks.rank) / ranks.numbers


def reciprocal_rank(ranks: GoldRanks) -> Floats:
    """One over the rank of the first relevant passage."""
    return 1 / ranks.rank[ranks.starts]


def recall(ranks: GoldRanks, cutoff: int) -> Floats:
    """Share of the relevant passages that are among the first `cutoff`."""
    return _sums(ranks, ranks.rank <= cutoff) / ranks.numbers


def precision(ranks: GoldRanks, cutoff: int) -> Floats:
    """Share of the first `cutoff` places that hold a relevant passage."""
    return _sums(ranks, ranks.rank <= cutoff) / cutoff


def success(ranks: GoldRanks, cutoff: int) -> Floats:
    """One where a relevant passage is among the first `cutoff`, else zero."""
    return (ranks.rank[ranks.starts] <= cutoff).astype(np.float64)


def ndcg(ranks: GoldRanks, cutoff: int) -> Floats:
    """Gain (the relevance) over log2(rank + 1), as a share of what the best order would reach by `cutoff`."""
    best_first = np.lexsort((-ranks.relevance, ranks.query))
    ideal = _discounted_gains(ranks, ranks.relevance[best_first], ranks.positions, cutoff)
    return _discounted_gains(ranks, ranks.relevance, ranks.rank, cutoff) / ideal


AT_FULL_DEPTH: dict[str, Callable[[GoldRanks], Floats]] = {"AP": average_precision, "RR": reciprocal_rank}
AT_CUTOFF: dict[str, Callable[..., Floats]] = {"R": recall, "nDCG": ndcg, "P": precision, "Success": success}


def parse(name: str) -> Measure:
    """The measure of this name, such as `AP` or `nDCG@10`.

    Raises:
        RequestError: there is no such measure.
    """
    if name in AT_FULL_DEPTH:
        return Measure(name, AT_FULL_DEPTH[name])
    family, _, cutoff = name.partition("@")
    if family in AT_CUTOFF and re.fullmatch("[1-9][0-9]*", cutoff):
        return Measure(name, partial(AT_CUTOFF[family], cutoff=int(cutoff)))
    known = ", ".join([*AT_FULL_DEPTH, *(f"{family}@k" for family in AT_CUTOFF)])
    raise RequestError(f"There is no measure {name!r}; choose among {known}, with k a whole number from 1.")


DEFAULT_MEASURES = tuple(map(parse, ("AP", "RR", "R@1", "R@10", "R@100", "nDCG@10")))


def macro_mean(values: ArrayLike, groups: ArrayLike) -> float:
    """Mean over groups (languages, pairs) of the mean within each, so that every group weighs the same.

    Raises:
        IsoglotError: there are no values.

    >>> macro_mean([1.0, 0.0, 0.5], ["en", "en", "de"])
    0.5
    """
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    if len(group) == 0:
        raise IsoglotError("There is nothing to take a mean of; no query has a relevant passage in this setting.")
    return float(np.mean(np.bincount(group, weights=np.asarray(values)) / np.bincount(group)))


def _sums(ranks: GoldRanks, values: NDArray) -> Floats:
    return np.add.reduceat(values.astype(np.float64), ranks.starts)


def _discounted_gains(ranks: GoldRanks, gain: NDArray, rank: NDArray, cutoff: int) -> Floats:
    return _sums(ranks, np.where(rank <= cutoff, gain / np.log2(rank + 1), 0.0))
