"""Mean Rank Correlation: whether parallel queries get the same list."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Pairs of queries are compared in blocks of this many pairs of places, which stay in the processor's caches.
CELLS = 2**18


def mean_rank_correlation(top: Integers, query_topic: Integers, query_language: Integers) -> Floats:
    """Mean Rank Correlation at k: how alike the lists are that a query and its translations get from one pool.

    MRC(q) = mean of Spearman's rank correlation between the first k passages for q and those for q', over the queries
    q' of the same topic in other languages (Yang, Jiang and Baldwin, MRL 2024, arXiv 2509.06195). The correlation is
    taken over the passages of either list; those that a list lacks share the rank behind its end (as ties do in
    Spearman's correlation: the mean of the places left over). That treatment is ours; the paper's is not known to us.
    Two lists with nothing in common thus have a correlation near -1 (-.86 at k = 10), not 0.

    Args:
        top: rows of the best k passages of the pool, best first, -1 where there is none; as many for all
            queries of a topic, shape [Q, k].
        query_topic: topic of each query, shape [Q].
        query_language: language code of each query, shape [Q].

    Returns:
        One value per query, shape [Q]; NaN for a query whose topic has no query in another language.

    >>> top = np.array([[5, 6, 7], [5, 7, 6], [5, 6, 7]])
    >>> mean_rank_correlation(top, query_topic=np.array([0, 0, 1]), query_language=np.array([0, 1, 0]))
    array([0.5, 0.5, nan])
    """
    first, second = _translations(query_topic, query_language)
    block = max(1, CELLS // max(1, top.shape[1]) ** 2)
    starts = range(0, len(first), block)
    parts = [rank_correlation(top[first[at : at + block]], top[second[at : at + block]]) for at in starts]
    correlation = np.concatenate([np.zeros(0), *parts])
    both, query_count = np.concatenate([first, second]), len(top)
    with np.errstate(invalid="ignore"):
        return np.bincount(both, np.tile(correlation, 2), query_count) / np.bincount(both, minlength=query_count)


def rank_correlation(one: Integers, other: Integers) -> Floats:
    """Spearman's correlation of equally long lists over their union, missing passages tied behind the end.

    Args:
        one: lists of different passages, best first, -1 behind the end, shape [m, k].
        other: what to compare them with, as long in every row, shape [m, k].

    Returns:
        Correlations, shape [m]; 1 where the union is a single passage, NaN where it is empty.
    """
    length = (one >= 0).sum(axis=1)
    common, products, sums = _common(one, other)
    union = 2 * length - common
    behind = (length + 1 + union) / 2
    means = union * ((union + 1) / 2) ** 2
    covariance = products + behind * (length * (length + 1) - sums) - means
    squares = length * (length + 1) * (2 * length + 1) / 6
    variance = squares + (union - length) * behind**2 - means
    return np.divide(covariance, variance, out=np.where(union == 1, 1.0, np.nan), where=union > 1)


def _common(one: Integers, other: Integers) -> Floats:
    """Of the passages in both lists: number, sum of the products of their two ranks, sum of the ranks; shape [3, m]."""
    count, k = one.shape
    rank, other_rank = np.repeat(np.arange(1.0, k + 1), k), np.tile(np.arange(1.0, k + 1), k)
    # Places first: numpy compares long rows of pairs several times faster than short rows of places.
    places, other_places = np.ascontiguousarray(one.T), np.ascontiguousarray(np.where(other < 0, -2, other).T)
    same = (places[:, None] == other_places).reshape(k**2, count)
    return np.stack([np.ones(k**2), rank * other_rank, rank + other_rank]) @ same.astype(np.float64)


def _translations(topic: Integers, language: Integers) -> tuple[Integers, Integers]:
    """Every two queries of one topic and different languages, once."""
    order = np.argsort(topic, kind="stable")
    largest = int(np.bincount(topic).max(initial=0))
    pairs = [(order[:-shift], order[shift:]) for shift in range(1, largest)]
    first, second = (np.concatenate([np.zeros(0, np.int64), *(pair[side] for pair in pairs)]) for side in (0, 1))
    parallel = (topic[first] == topic[second]) & (language[first] != language[second])
    return first[parallel], second[parallel]
