"""The limited-gold test: what average precision loses without the relevant passage in the query's own language."""

import numpy as np
from numpy.typing import NDArray

from isoglot.evaluation.settings import GoldRanks

Floats = NDArray[np.float64]


def precision_without_each(gold_ranks: GoldRanks) -> Floats:
    """Average precision of the query once one of its relevant passages is removed from the pool.

    With r_i the rank of the i-th of n relevant passages, those behind the removed j-th move up by one:
    AP_j = (sum over i < j of i / r_i + sum over i > j of (i - 1) / (r_i - 1)) / (n - 1).

    Args:
        gold_ranks: ranks in the multilingual pool, R rows.

    Returns:
        One value per removed passage, shape [R]; NaN where it is the only one of its query.

    >>> ranks = GoldRanks(np.array([0, 0, 0, 4]), np.array([1, 2, 9, 7]), np.ones(4, int))
    >>> precision_without_each(ranks)  # (1/1 + 2/8) / 2, the same, (1/1 + 2/2) / 2
    array([0.625, 0.625, 1.   ,   nan])
    """
    place = gold_ranks.positions
    before = place / gold_ranks.rank
    behind = (place - 1) / np.maximum(gold_ranks.rank - 1, 1)
    query = np.repeat(np.arange(len(gold_ranks.starts)), gold_ranks.numbers)
    before_sum = np.cumsum(before) - before
    behind_sum = np.cumsum(behind)
    last = gold_ranks.starts + gold_ranks.numbers - 1
    total = before_sum - before_sum[gold_ranks.starts][query] + behind_sum[last][query] - behind_sum
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(gold_ranks.numbers[query] > 1, total / (gold_ranks.numbers[query] - 1), np.nan)


def limited_gold(gold_ranks: GoldRanks, own: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Average precision without the relevant passage in the query's own language, and without one in another.

    After LAReQA (Roy et al., EMNLP 2020, arXiv 2004.05484), which removes the target in the question's language from
    the pool. A retriever that lives on finding the query's own language loses more by the first removal than by the
    second. Where a side has several passages they are removed one at a time, and the mean is taken.

    Args:
        gold_ranks: ranks in the multilingual pool, R rows.
        own: which of them are in the query's own language, shape [R].

    Returns:
        Without own and without other, one value each per query of `gold_ranks.queries`, shape [n]; both NaN where the
        relevant passages are not both in the query's own language and in others.

    >>> ranks = GoldRanks(np.array([0, 0, 0]), np.array([1, 2, 9]), np.ones(3, int))
    >>> limited_gold(ranks, own=np.array([True, False, False]))
    (array([0.625]), array([0.8125]))
    """
    without = np.nan_to_num(precision_without_each(gold_ranks))
    sides = [_mean(gold_ranks, without, side) for side in (own, ~own)]
    choice = ~np.isnan(sides[0] + sides[1])
    return np.where(choice, sides[0], np.nan), np.where(choice, sides[1], np.nan)


def _mean(gold_ranks: GoldRanks, values: Floats, chosen: NDArray[np.bool_]) -> Floats:
    with np.errstate(invalid="ignore"):
        total = np.add.reduceat(np.where(chosen, values, 0.0), gold_ranks.starts)
        return total / np.add.reduceat(chosen.astype(np.float64), gold_ranks.starts)
