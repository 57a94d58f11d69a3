"""The nearest vectors by comparing with every one."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
# Vectors compared at once with several questions: scores of 200 questions then take 50 MiB.
COMPARED = 65_536


def exact_top(vectors: Floats, query: Floats, depth: int, mask: Mask | None = None) -> tuple[Rows, Floats]:
    """The nearest vectors of one question.

    Args:
        vectors: of length 1, [N, d].
        query: of length 1, [d].
        depth: how many to give at most.
        mask: which vectors may be given, [N]; all without one.

    Returns:
        Their rows and cosines, the nearest first.

    >>> rows, scores = exact_top(np.eye(3, dtype=np.float32), np.array([0, 0.6, 0.8], np.float32), 2)
    >>> rows.tolist(), [f"{score:.1f}" for score in scores]
    ([2, 1], ['0.8', '0.6'])
    """
    scores = vectors @ query
    if mask is None:
        return best(scores, np.arange(len(scores)), depth)
    rows = np.flatnonzero(mask)
    return best(scores[rows], rows, depth)


def best(scores: Floats, rows: Rows, depth: int) -> tuple[Rows, Floats]:
    """The rows with the `depth` highest scores, the highest first; equal scores by row."""
    if depth < len(scores):
        chosen = np.argpartition(scores, len(scores) - depth)[len(scores) - depth :]
        scores, rows = scores[chosen], rows[chosen]
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]


def exact_tops(vectors: Floats, queries: Floats, depth: int) -> tuple[Rows, Floats]:
    """The nearest vectors of many questions, in one pass over the vectors.

    Args:
        vectors: of length 1, [N, d].
        queries: of length 1, [Q, d].
        depth: how many to give at most.

    Returns:
        Rows int64 and cosines float32, both [Q, min(depth, N)], the nearest first.
    """
    rows = np.empty((len(queries), 0), np.int64)
    scores = np.empty((len(queries), 0), np.float32)
    for start in range(0, len(vectors), COMPARED):
        part = queries @ vectors[start : start + COMPARED].T
        numbers = np.broadcast_to(np.arange(start, start + part.shape[1]), part.shape)
        rows, scores = _best_of_each(np.hstack([rows, numbers]), np.hstack([scores, part]), depth)
    return rows, scores


def _best_of_each(rows: Rows, scores: Floats, depth: int) -> tuple[Rows, Floats]:
    if depth < scores.shape[1]:
        chosen = np.argpartition(scores, scores.shape[1] - depth, axis=1)[:, scores.shape[1] - depth :]
        rows, scores = np.take_along_axis(rows, chosen, 1), np.take_along_axis(scores, chosen, 1)
    order = np.lexsort((rows, -scores))
    return np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)
