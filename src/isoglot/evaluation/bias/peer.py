"""PEER, the probability of equal expected rank: a Kruskal-Wallis test of the ranks that languages get in the top k."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from isoglot.errors import RequestError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

NON_RELEVANT = {0: 1.0}


@dataclass(frozen=True)
class JudgedRanks:
    """Where passages of known relevance stand: every relevant one, and the non-relevant ones of the first k.

    Args:
        query: row of the query, below `query_count`, shape [D].
        language: code of the passage's language, below `language_count`, shape [D].
        relevance: graded relevance, 0 for the non-relevant, shape [D].
        rank: rank in the pool, from 1, shape [D].
        query_count: number of queries Q.
        language_count: number of languages L.
    """

    query: Integers
    language: Integers
    relevance: Integers
    rank: Integers
    query_count: int
    language_count: int

    def of_level(self, level: int) -> "JudgedRanks":
        """Only the passages of this relevance."""
        rows = np.flatnonzero(self.relevance == level)
        return replace(
            self,
            query=self.query[rows],
            language=self.language[rows],
            relevance=self.relevance[rows],
            rank=self.rank[rows],
        )

    def sums(self, values: Floats) -> Floats:
        """Sums by query and language, shape [Q, L]."""
        cell = self.query * self.language_count + self.language
        sums = np.bincount(cell, values, self.query_count * self.language_count).astype(np.float64)
        return sums.reshape(self.query_count, self.language_count)

    @property
    def numbers(self) -> Floats:
        """Numbers of passages by query and language, shape [Q, L]."""
        return self.sums(np.ones(len(self.query)))


def peer(judged: JudgedRanks, cutoff: int, weights: Mapping[int, float] = NON_RELEVANT) -> Floats:
    """Probability of equal expected rank at a cut-off: PEER(q) = sum over levels r of weight_r * p_r(q).

    p_r is the p-value of a Kruskal-Wallis test that the passages of relevance r have the same expected rank in every
    language, H = (N - 1) * (sum of squares between languages) / (sum of squares), chi-squared with (languages - 1)
    degrees of freedom (Yang, Jaenich, Mayfield and Lawrie, SIGIR 2024, arXiv 2405.00978). 1 is fair, 0 is not.

    It follows the published implementation (peer_measure 0.0.1) to the letter: a relevant passage behind the cut-off
    gets the rank N + (number behind the cut-off + 1) / 2, with N the number of passages of its level; a level in fewer
    than two languages, or wholly behind the cut-off, has p = 1; a relevant level that a query lacks adds nothing.

    Two of these constants mislead. A list wholly in one language, the most biased there is, has p = 1. With one passage
    per language H is (languages - 1) whatever the ranking, so that p says nothing (.4405 for 11 languages): on parallel
    collections weigh the non-relevant level, which is the default. `is_informative` tells the queries apart.

    Args:
        judged: the passages of the first `cutoff` ranks, and the relevant ones behind them.
        cutoff: k, the number of ranks that are looked at.
        weights: weight of each relevance level; they add up to 1.

    Returns:
        One value per query, shape [Q]; NaN where all ranks of a level are equal.

    Raises:
        RequestError: the weights do not add up to 1.

    >>> language, rank = np.array([0, 0, 1, 1]), np.array([1, 2, 3, 4])
    >>> judged = JudgedRanks(np.zeros(4, int), language, np.zeros(4, int), rank, query_count=1, language_count=2)
    >>> peer(judged, cutoff=4).round(3)  # H = 3 * 4 / 5
    array([0.121])
    """
    total = sum(weights.values())
    if not np.isclose(total, 1.0):
        raise RequestError(f"The PEER weights {dict(weights)} add up to {total:g}; make them add up to 1.")
    result = np.zeros(judged.query_count)
    for level, weight in weights.items():
        result += weight * _level(judged.of_level(level), level, cutoff)
    return result


def is_informative(judged: JudgedRanks, level: int, cutoff: int) -> NDArray[np.bool_]:
    """Queries for which PEER at this level depends on the ranking; shape [Q].

    Their passages of this relevance are in two or more languages, in one of them several, and not all behind the
    cut-off. For all others PEER at that level is a constant.
    """
    level_only = judged.of_level(level)
    numbers = level_only.numbers
    listed = np.bincount(level_only.query[level_only.rank <= cutoff], minlength=judged.query_count)
    return (np.count_nonzero(numbers, axis=1) > 1) & (numbers > 1).any(axis=1) & (listed > 0)


def _level(judged: JudgedRanks, level: int, cutoff: int) -> Floats:
    numbers = judged.numbers
    total = numbers.sum(axis=1)
    behind = judged.rank > cutoff
    number_behind = np.bincount(judged.query[behind], minlength=judged.query_count)
    rank = np.where(behind, (total + (number_behind + 1) / 2)[judged.query], judged.rank)
    probability = _kruskal_wallis(judged, numbers, rank)
    probability[(np.count_nonzero(numbers, axis=1) < 2) | (number_behind == total)] = 1.0
    return np.where(total > 0, probability, float(level == 0))


def _kruskal_wallis(judged: JudgedRanks, numbers: Floats, rank: Floats) -> Floats:
    """p-values of the ranks by language, shape [Q]; NaN where all ranks of a query are equal or there are none."""
    sums = judged.sums(rank)
    total = numbers.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = sums.sum(axis=1) ** 2 / total
        between = (sums**2 / np.maximum(numbers, 1)).sum(axis=1) - expected
        overall = np.bincount(judged.query, rank**2, judged.query_count) - expected
        statistic = (total - 1) * between / overall
    return chdtrc(np.maximum(np.count_nonzero(numbers, axis=1) - 1, 1), statistic)
