"""Measures of language bias, from the ranks of relevant passages in a multilingual pool."""

import numpy as np
from numpy.typing import NDArray

from isoglot.evaluation.settings import GoldRanks


def rank_distance(gold_ranks: GoldRanks) -> NDArray[np.float64]:
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
    last = gold_ranks.starts + gold_ranks.numbers - 1
    distance = (gold_ranks.rank[last] - gold_ranks.rank[gold_ranks.starts]).astype(np.float64)
    return np.where(gold_ranks.numbers > 1, distance, np.nan)
