"""The best passages of every language, by vectors and by words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isoglot.search.answering.pool import Pool
from isoglot.search.scan.exact import Floats, Rows, best

# Passages of each language that are ranked at first: a quantised scan scores as many anyhow.
DEPTH = 50
DEEPER = 4


@dataclass(frozen=True, eq=False)
class Candidates:
    """Passages with their scores, in no order.

    Args:
        rows: int64 [C].
        scores: float32 [C].
    """

    rows: Rows
    scores: Floats


Gather = Callable[[int], list[Candidates]]


def dense(pool: Pool, vector: Floats, depth: int) -> list[Candidates]:
    """The passages of each language with the highest cosines, at most `depth` of each."""
    return [Candidates(*found) for found in pool.derived.nearest(list(pool.blocks()), vector, depth)]


def lexical(pool: Pool, scores: Floats, depth: int) -> list[Candidates]:
    """The passages of each language with the highest BM25 above zero, at most `depth` of each.

    Args:
        pool: what is searched.
        scores: of all passages, [N].
        depth: of the passages of a language.
    """
    found = []
    for block, mask in pool.blocks():
        of_block = scores[block.start : block.stop]
        rows = np.flatnonzero(of_block if mask is None else np.where(mask, of_block, 0))
        kept, their = best(of_block[rows], rows, depth)
        found.append(Candidates(kept + block.start, their))
    return found


def deep_enough(gather: Gather, documents: NDArray[np.integer], k: int, least: int = DEPTH) -> Candidates:
    """Candidates of all languages, deep enough that the best k documents are among them.

    That is where each language gave k documents or all of its passages: what it did not give has lower scores.

    Args:
        gather: gives the best passages of each language to a depth.
        documents: the document of each row, [N].
        k: hits.
        least: the depth that is tried first, or 2k where that is more.
    """
    for depth in _depths(max(least, 2 * k)):
        parts = gather(depth)
        if all(len(each.rows) < depth or len(np.unique(documents[each.rows])) >= k for each in parts):
            break
    return together(parts)


def together(parts: list[Candidates]) -> Candidates:
    """Candidates of all languages in one."""
    rows = [np.empty(0, np.int64), *(each.rows for each in parts)]
    scores = [np.empty(0, np.float32), *(each.scores for each in parts)]
    return Candidates(np.concatenate(rows), np.concatenate(scores))


def _depths(depth: int) -> Iterator[int]:
    while True:
        yield depth
        depth *= DEEPER
