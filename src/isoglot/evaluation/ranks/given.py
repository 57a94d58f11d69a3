"""Ranking by scores that are given, such as those of a lexical index, instead of by vectors."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from isoglot.evaluation.ranks.golds import Golds, Integers
from isoglot.evaluation.ranks.rank import Ranking

Floats = NDArray[np.float32]


def rank_given(
    scores_of: Callable[[int], Floats],
    query_count: int,
    language: Integers,
    tie: Integers,
    golds: Golds,
    language_count: int,
    *,
    exclusions: tuple[Integers, Integers] | None = None,
    top: int = 0,
) -> tuple[Ranking, Floats]:
    """What `rank` finds, by scores of any kind.

    Args:
        scores_of: gives the scores of all passages for the query in a row, shape [P].
        query_count: number of queries Q.
        language: language code of each passage, shape [P].
        tie: place of each passage among those of equal score, all different, shape [P].
        golds: the relevant passages to count for.
        language_count: number of languages L.
        exclusions: rows (queries, passages) of the pairs that are never ranked.
        top: passages per query to list, k.

    Returns:
        The ranking, and the scores of the listed passages, NaN for none, shape [Q, k].

    >>> golds = Golds(query=np.array([0, 0]), passage=np.array([1, 3]), relevance=np.array([1, 1]))
    >>> ranking, _ = rank_given(
    ...     lambda query: np.array([0.6, 0.8, 1.0, 0.6]), 1, np.array([0, 0, 1, 1]), np.arange(4), golds, 2, top=2
    ... )
    >>> ranking.counts.tolist(), ranking.top.tolist()
    ([[0, 1], [2, 1]], [[2, 1]])
    """
    counts = np.zeros((len(golds.query), language_count), np.int64)
    best = np.full((query_count, top), -1)
    best_scores = np.full((query_count, top), np.nan, np.float32)
    excluded_query, excluded_passage = exclusions or (np.zeros(0, np.int64), np.zeros(0, np.int64))
    for query in np.unique(golds.query).tolist():
        scores = scores_of(query).astype(np.float32)
        scores[excluded_passage[slice(*np.searchsorted(excluded_query, [query, query + 1]))]] = -np.inf
        for gold in range(*np.searchsorted(golds.query, [query, query + 1])):
            own = golds.passage[gold]
            ahead = (scores > scores[own]) | ((scores == scores[own]) & (tie < tie[own]))
            counts[gold] = np.bincount(language[ahead], minlength=language_count)
        rows = _first(scores, tie, top)
        best[query, : len(rows)], best_scores[query, : len(rows)] = rows, scores[rows]
    return Ranking(counts, best), best_scores


def _first(scores: Floats, tie: Integers, top: int) -> Integers:
    """The rows of the best scores, best first; excluded passages are none of them."""
    if top == 0:
        return np.zeros(0, np.int64)
    kept = np.flatnonzero(scores > -np.inf)
    if len(kept) > top:
        kept = kept[scores[kept] >= np.partition(scores[kept], -top)[-top]]
    return kept[np.lexsort((tie[kept], -scores[kept]))][:top]
