"""Language Preference Rate: whether the copy in the query's language comes first."""

import numpy as np
from numpy.typing import NDArray

from isoglot.evaluation.settings import GoldRanks

Floats = NDArray[np.float64]


def language_preference(gold_ranks: GoldRanks, own: NDArray[np.bool_]) -> Floats:
    """Whether a passage in the query's own language stands before all other relevant passages of the topic.

    Its mean is a Language Preference Rate after MLAIRE (arXiv 2605.07249): among parallel equivalents, how often the
    copy in the query's language is preferred. The paper's own formula is not known to us; here the equivalents are the
    relevant passages of the topic, and preferred is the one with the best rank in the pool.

    Args:
        gold_ranks: ranks in the multilingual pool, R rows.
        own: which of them are in the query's own language, shape [R].

    Returns:
        1 or 0 per query of `gold_ranks.queries`, shape [n]; NaN where the relevant passages are not both in the
        query's own language and in others.

    >>> ranks = GoldRanks(np.array([0, 0, 3, 3]), np.array([1, 5, 2, 3]), np.ones(4, int))
    >>> language_preference(ranks, own=np.array([True, False, False, True]))
    array([1., 0.])
    """
    return np.where(_has_choice(gold_ranks, own), own[gold_ranks.starts].astype(np.float64), np.nan)


def preference_by_chance(gold_ranks: GoldRanks, own: NDArray[np.bool_]) -> Floats:
    """What the language preference of a retriever that ignores language is: the own language's share of the golds.

    Args:
        gold_ranks: ranks in the multilingual pool, R rows.
        own: which of them are in the query's own language, shape [R].

    Returns:
        One probability per query of `gold_ranks.queries`, shape [n]; NaN where `language_preference` is.

    >>> ranks = GoldRanks(np.array([0, 0, 3]), np.array([1, 5, 2]), np.ones(3, int))
    >>> preference_by_chance(ranks, own=np.array([False, True, True]))
    array([0.5, nan])
    """
    return np.where(_has_choice(gold_ranks, own), _number(gold_ranks, own) / gold_ranks.numbers, np.nan)


def _has_choice(gold_ranks: GoldRanks, own: NDArray[np.bool_]) -> NDArray[np.bool_]:
    number = _number(gold_ranks, own)
    return (number > 0) & (number < gold_ranks.numbers)


def _number(gold_ranks: GoldRanks, own: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.add.reduceat(own.astype(np.int64), gold_ranks.starts)
