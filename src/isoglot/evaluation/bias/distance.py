"""How far apart the relevant passages of one topic stand in the ranking of the whole pool."""

import numpy as np
from numpy.typing import NDArray

from isoglot.evaluation.settings import GoldRanks

Floats = NDArray[np.float64]


def rank_distance(gold_ranks: GoldRanks) -> Floats:
    """Rank distance of each query: how far its worst relevant passage stands behind its best.

    RD(q) = max rank - min rank over the relevant passages of the topic in the ranking of the whole pool
    (arXiv 2408.10536, after Huang et al., arXiv 2305.09025). A retriever that treats languages alike ranks the same
    content alike, whatever its language, and has a small distance.

    Args:
        gold_ranks: ranks in the multilingual pool.

    Returns:
        One value per query of `gold_ranks.queries`, in ranks, shape [n]; NaN for a query with a single relevant
        passage, which has no distance.

    >>> ranks = GoldRanks(np.array([0, 0, 0, 4]), np.array([1, 3, 9, 7]), np.array([1, 1, 1, 1]))
    >>> rank_distance(ranks)
    array([ 8., nan])
    """
    distance = worst_rank(gold_ranks) - gold_ranks.rank[gold_ranks.starts]
    return np.where(gold_ranks.numbers > 1, distance, np.nan)


def worst_rank(gold_ranks: GoldRanks) -> Floats:
    """Rank of each query's last relevant passage: how deep one reads to have seen every language's copy.

    Args:
        gold_ranks: ranks in the multilingual pool.

    Returns:
        max rank over the relevant passages, one per query of `gold_ranks.queries`, from 1, shape [n].

    >>> worst_rank(GoldRanks(np.array([0, 0, 0, 4]), np.array([1, 3, 9, 7]), np.array([1, 1, 1, 1])))
    array([9., 7.])
    """
    return gold_ranks.rank[gold_ranks.starts + gold_ranks.numbers - 1].astype(np.float64)
