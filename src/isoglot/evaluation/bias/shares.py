"""Which languages the first k passages are in, against the languages of the pool."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def pool_shares(passage_language: Integers, language_count: int) -> Floats:
    """Share of each language among the passages of the pool, shape [L].

    >>> pool_shares(np.array([0, 0, 0, 2]), language_count=3)
    array([0.75, 0.  , 0.25])
    """
    return np.bincount(passage_language, minlength=language_count) / max(1, len(passage_language))


def language_shares(top: Integers, passage_language: Integers, language_count: int) -> Floats:
    """Share of each language among the first k passages of each query.

    Args:
        top: rows of the best k passages, -1 where there is none, shape [Q, k].
        passage_language: language code of each passage, shape [P].
        language_count: number of languages L.

    Returns:
        Shares, shape [Q, L]; rows add up to 1, and are NaN where nothing was retrieved.

    >>> language_shares(np.array([[3, 0], [0, -1]]), np.array([0, 0, 0, 1]), language_count=2)
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    query, place = np.nonzero(top >= 0)
    cell = query * language_count + passage_language[top[query, place]]
    numbers = np.bincount(cell, minlength=len(top) * language_count).reshape(len(top), language_count)
    with np.errstate(invalid="ignore"):
        return numbers / numbers.sum(axis=1, keepdims=True)


def own_language(shares: Floats, pool: Floats, query_language: Integers) -> tuple[Floats, Floats]:
    """Share of the query's own language in the first k and in the pool.

    A retriever for which language does not matter shows, on average over topics that are equally frequent in all
    languages, the share that the pool has; a ratio above 1 or a difference above 0 is a bias towards the own language.

    Args:
        shares: of each language in the first k, by `language_shares`, shape [Q, L].
        pool: share of each language in the pool, shape [L].
        query_language: language code of each query, shape [Q].

    Returns:
        Two arrays of shape [Q]; NaN for a query in a language that no passage is in.

    >>> own_language(np.array([[0.5, 0.5]]), np.array([0.25, 0.75]), query_language=np.array([0]))
    (array([0.5]), array([0.25]))
    """
    in_pool = pool[query_language]
    own = shares[np.arange(len(shares)), query_language]
    return np.where(in_pool > 0, own, np.nan), np.where(in_pool > 0, in_pool, np.nan)


def make_up(shares: Floats, query_language: Integers) -> Floats:
    """Mean share of each passage language in the first k, by query language.

    Args:
        shares: by query, NaN rows for queries that nothing was retrieved for, which do not count, shape [Q, L].
        query_language: language code of each query, shape [Q].

    Returns:
        Query language by passage language, shape [L, L]; NaN rows for languages without queries.

    >>> make_up(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([1, 1]))
    array([[ nan,  nan],
           [0.75, 0.25]])
    """
    answered = ~np.isnan(shares).any(axis=1)
    members = answered & (query_language == np.arange(shares.shape[1])[:, None])
    with np.errstate(invalid="ignore"):
        return members @ np.nan_to_num(shares) / members.sum(axis=1, keepdims=True)
