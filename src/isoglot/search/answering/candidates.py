"""The best passages of every language, by vectors and by words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isoglot.search.answering.pool import Pool
from isoglot.search.derived import Derived
from isoglot.search.scan.exact import Floats, Rows, best

DEEPER = 4


@dataclass(frozen=True, eq=False)
class Candidates:
    """Passages with their scores.

    Args:
        rows: int64 [C].
        scores: float32 [C].
    """

    rows: Rows
    scores: Floats


Gather = Callable[[int], list[Candidates]]


def dense(pool: Pool, vector: Floats, depth: int, least: int) -> list[Candidates]:
    """The passages of each language with the highest cosines, the best first.

    Args:
        pool: what is searched.
        vector: of the question, [d].
        depth: passages of a language that must be its nearest.
        least: passages to give of a language, if there are so many, though some may be nearer.
    """
    return [Candidates(*found) for found in pool.derived.nearest(list(pool.blocks()), vector, depth, least)]


def lexical(pool: Pool, scores: Floats, depth: int) -> list[Candidates]:
    """The passages of each language with the highest BM25 above zero, at most `depth` of each, the best first.

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


def deep_enough(gather: Gather, derived: Derived, k: int) -> Candidates:
    """Candidates of all languages, deep enough that the best k documents are among them.

    That is where each language gave k documents or all of its passages: what it did not give has lower scores.

    Args:
        gather: gives the best passages of each language to a depth, the best first.
        derived: the passages.
        k: hits.
    """
    depth = k if derived.about.documents == derived.about.passages else 2 * k
    while True:
        parts = gather(depth)
        if all(len(each.rows) < depth or _documents(derived, each.rows[:depth]) >= k for each in parts):
            return together(parts)
        depth *= DEEPER


def together(parts: list[Candidates]) -> Candidates:
    """Candidates of all languages in one."""
    rows = [np.empty(0, np.int64), *(each.rows for each in parts)]
    scores = [np.empty(0, np.float32), *(each.scores for each in parts)]
    return Candidates(np.concatenate(rows), np.concatenate(scores))


def _documents(derived: Derived, rows: Rows) -> int:
    return len(np.unique(derived.documents[rows]))
