"""Mean ranks of relevant passages in the pool, by query language and passage language."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def mean_gold_ranks(
    query_language: Integers, passage_language: Integers, rank: Integers, language_count: int
) -> NDArray[np.float64]:
    """Mean rank in the whole pool of the relevant passages of one language for the queries of another.

    Without language bias the columns of a row are alike: whatever language the content is in, it stands as high.

    Args:
        query_language: language code of the query, for each pair of query and relevant passage, shape [G].
        passage_language: language code of the relevant passage, shape [G].
        rank: its rank in the pool, from 1, shape [G].
        language_count: number of languages L.

    Returns:
        Query language by passage language, shape [L, L]; NaN where there is no pair.

    >>> mean_gold_ranks(np.array([0, 0, 1]), np.array([0, 0, 1]), np.array([1, 4, 3]), language_count=2)
    array([[2.5, nan],
           [nan, 3. ]])
    """
    pair, size = query_language * language_count + passage_language, language_count**2
    with np.errstate(invalid="ignore"):
        means = np.bincount(pair, rank, size) / np.bincount(pair, minlength=size)
    return means.reshape(language_count, language_count)
