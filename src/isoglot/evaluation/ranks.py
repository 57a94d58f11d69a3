"""Outrank counts: how many passages of each language stand before a relevant one. All ranks are sums of these.

Counts are exact and the same on every machine, whatever the blocks and threads: components are rounded to multiples of
2**-26 (float32 itself is no finer from 1/8 up), so that, in units of 2**-52, every product and partial sum in a dot
product of two vectors of length 1 is a whole number below 2**53, which float64 adds without rounding in any order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isoglot.data.indexed import Indexed
from isoglot.errors import IsoglotError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

GRID = 2.0**26
# Larger blocks leave the processor's caches and are slower.
MEMORY = 64 * 2**20
# One cell of a score block at its dearest, when every score ties: its score, a comparison, six positions of 8 bytes.
CELL_BYTES = 64
# One component of a vector: the float32 copy and its product, sum and rounding in float64.
VECTOR_BYTES = 24


@dataclass(frozen=True)
class Golds:
    """One row per query and relevant passage, ordered by query.

    Args:
        query: row of the query, ascending, shape [G].
        passage: row of the relevant passage, shape [G].
        relevance: its graded relevance, at least 1, shape [G].
    """

    query: Integers
    passage: Integers
    relevance: Integers

    def __post_init__(self) -> None:
        """Refuse another order, which would give wrong counts."""
        if np.any(np.diff(self.query) < 0):
            raise ValueError("golds must be ordered by query.")


def golds_of(indexed: Indexed) -> Golds:
    """Every relevant passage of every query's topic, in whatever language."""
    relevant = indexed.judgment_relevance > 0
    topic, passage = indexed.judgment_topic[relevant], indexed.judgment_passage[relevant]
    first = np.searchsorted(topic, indexed.query_topic, side="left")
    number = np.searchsorted(topic, indexed.query_topic, side="right") - first
    query = np.repeat(np.arange(len(first)), number)
    judgment = np.arange(len(query)) + np.repeat(first - np.cumsum(number) + number, number)
    return Golds(query, passage[judgment], indexed.judgment_relevance[relevant][judgment])


def outrank_counts(
    query_vectors: NDArray[np.float32],
    passage_vectors: NDArray[np.float32],
    passage_language: Integers,
    golds: Golds,
    language_count: int,
    memory: int = MEMORY,
) -> Integers:
    """How many passages of each language outrank each gold for its query.

    A passage outranks a gold when its dot product with the query is greater, or equal and its row earlier.

    Args:
        query_vectors: of length 1, shape [Q, d].
        passage_vectors: of length 1, shape [P, d].
        passage_language: language code of each passage, below `language_count`, shape [P].
        golds: the relevant passages to count for.
        language_count: number of languages L.
        memory: bound in bytes on everything held besides the arguments, the result and one row of scores.

    Returns:
        Counts, shape [G, L].

    Raises:
        IsoglotError: a vector is longer than 1 or not finite.

    >>> query, passages = np.array([[1.0, 0.0]]), np.array([[0.6, 0.8], [0.8, 0.6], [1.0, 0.0], [0.6, 0.8]])
    >>> golds = Golds(query=np.array([0, 0]), passage=np.array([1, 3]), relevance=np.array([1, 1]))
    >>> outrank_counts(query, passages, np.array([0, 0, 1, 1]), golds, language_count=2)
    array([[0, 1],
           [2, 1]])
    """
    counts = np.zeros((len(golds.query), language_count), np.int64)
    scores = gold_scores(query_vectors, passage_vectors, golds, memory)
    for language in range(language_count):
        for rows in _chunks(np.flatnonzero(passage_language == language), passage_vectors.shape[1], memory):
            counts[:, language] += count_outranking(
                query_vectors, golds, scores, passage_vectors[rows], rows, memory // 2
            )
    return counts


def gold_scores(
    query_vectors: NDArray[np.float32], passage_vectors: NDArray[np.float32], golds: Golds, memory: int = MEMORY
) -> Floats:
    """The score of each gold for its query, in units of the squared grid, shape [G]."""
    scores = np.empty(len(golds.query))
    for rows in _chunks(np.arange(len(golds.query)), query_vectors.shape[1], memory):
        queries, passages = query_vectors[golds.query[rows]], passage_vectors[golds.passage[rows]]
        scores[rows] = np.einsum("gd,gd->g", on_grid(queries), on_grid(passages))
    return scores


def count_outranking(
    query_vectors: NDArray[np.float32],
    golds: Golds,
    scores: Floats,
    passage_vectors: NDArray[np.float32],
    passage_rows: Integers,
    memory: int = MEMORY,
) -> Integers:
    """How many of these passages outrank each gold; counts of disjoint sets of passages add up.

    Args:
        query_vectors: of length 1, shape [Q, d].
        golds: the relevant passages, which need not be among these passages.
        scores: the golds' own scores by `gold_scores`, shape [G].
        passage_vectors: of length 1, shape [n, d].
        passage_rows: row of each of these passages in the whole collection, shape [n].
        memory: bound in bytes on the blocks of scores (one row at least).

    Returns:
        Counts, shape [G].
    """
    passages = on_grid(passage_vectors)
    counts = np.zeros(len(golds.query), np.int64)
    queries, first, number = np.unique(golds.query, return_index=True, return_counts=True)
    # Queries with most golds come first, so those that have a k-th gold are the first rows of every block.
    order = np.argsort(-number, kind="stable")
    block = max(1, memory // (CELL_BYTES * len(passages) + VECTOR_BYTES * passages.shape[1]))
    for start in range(0, len(order), block):
        chosen = order[start : start + block]
        block_scores = on_grid(query_vectors[queries[chosen]]) @ passages.T
        for k in range(number[chosen[0]]):
            gold = first[chosen[number[chosen] > k]] + k
            counts[gold] = _outranking(block_scores[: len(gold)], scores[gold], passage_rows, golds.passage[gold])
    return counts


def on_grid(vectors: NDArray[np.float32]) -> Floats:
    """Vectors as whole multiples of the grid; raises IsoglotError for one that is longer than 1 or not finite."""
    units = np.rint(np.multiply(vectors, GRID, dtype=np.float64))
    squares = np.einsum("nd,nd->n", units, units) / GRID**2
    if not np.all(squares < 1.01):
        length = np.sqrt(squares[~(squares < 1.01)][0])
        raise IsoglotError(f"A vector has length {length:.4g}; encode every text to a finite vector of length 1.")
    return units


def _outranking(scores: Floats, gold: Floats, rows: Integers, gold_rows: Integers) -> Integers:
    above = (scores > gold[:, None]).sum(axis=1, dtype=np.int32)
    tied, column = np.divmod(np.flatnonzero(scores == gold[:, None]), len(rows))
    earlier = tied[rows[column] < gold_rows[tied]]
    return above + np.bincount(earlier, minlength=len(gold))


def _chunks(rows: Integers, dimensions: int, memory: int) -> Iterator[Integers]:
    """Runs of rows short enough that two vectors of each take at most half of the memory."""
    size = max(1, memory // (4 * VECTOR_BYTES * dimensions))
    return (rows[start : start + size] for start in range(0, len(rows), size))
