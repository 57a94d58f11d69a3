"""Chooses how each language is scanned, by recall measured against an exact scan."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoglot.search.scan import NEAREST, Quantised, exact_tops, with_cosines
from isoglot.search.scan.exact import Floats, Rows

# What a quantised scan must find of the 10 nearest, and how many of its best are tried to be scored exactly.
ENOUGH = 0.98
SCORED = (50, 100, 400)
QUESTIONS = 200


@dataclass(frozen=True, eq=False)
class Nearest:
    """The 10 nearest vectors of Q questions, a question's own vector aside.

    Args:
        rows: int64 [Q, 10], -1 where there are fewer.
        scores: cosines, float32 [Q, 10], minus infinity where there are fewer.
    """

    rows: Rows
    scores: Floats


@dataclass(frozen=True, eq=False)
class Measured:
    """How one block is scanned: `scored` vectors exactly after a quantised scan, or 0 for an exact scan."""

    scored: int
    recall: float
    found: Nearest
    true: Nearest


EXACT = Measured(0, 1.0, *(Nearest(np.empty((0, NEAREST), np.int64), np.empty((0, NEAREST), np.float32)),) * 2)


def sample_rows(count: int, questions: int = QUESTIONS) -> Rows:
    """Rows of passages that serve as questions, ascending; the same ones for the same count."""
    return np.sort(np.random.default_rng(0).permutation(count)[:questions])


def exact_nearest(vectors: Floats, queries: Floats, own: Rows) -> Nearest:
    """The nearest of all vectors.

    Args:
        vectors: [N, d].
        queries: [Q, d].
        own: the row of each question among the vectors, another number where it has none, [Q].
    """
    return _but_self(list(zip(*exact_tops(vectors, queries, NEAREST + 1), strict=True)), own)


def quantised_nearest(vectors: Floats, quantised: Quantised, scored: int, queries: Floats, own: Rows) -> Nearest:
    """The nearest of the best `scored` of a quantised scan; other arguments as of `exact_nearest`."""
    tops = [with_cosines([(quantised.nearest(query, scored), None)], vectors, query)[0] for query in queries]
    return _but_self(tops, own)


def measure(vectors: Floats, quantised: Quantised | None, queries: Floats, own: Rows) -> Measured:
    """The cheapest scan of a block that finds enough; the exact one where none does.

    Args:
        vectors: of the block, [N, d].
        quantised: of them; none where they are to be scanned exactly.
        queries: [Q, d].
        own: the row of each question among the vectors, another number where it has none, [Q].
    """
    true = exact_nearest(vectors, queries, own)
    if quantised is None:
        return Measured(0, 1.0, true, true)
    for scored in SCORED:
        found = quantised_nearest(vectors, quantised, scored, queries, own)
        if (share := recall(found.rows, true.rows)) >= ENOUGH:
            return Measured(scored, share, found, true)
    return Measured(0, 1.0, true, true)


def pool_recall(blocks: Sequence[Measured], starts: Sequence[int]) -> float:
    """Recall of the 10 nearest in all blocks together, whose first rows are `starts`."""
    found, true = (
        _merged([each.found for each in blocks], starts),
        _merged([each.true for each in blocks], starts),
    )
    return recall(found, true)


def recall(found: Rows, true: Rows) -> float:
    """Share of the true rows that were found, both [Q, depth] with -1 for none.

    >>> recall(np.array([[1, 2], [3, -1]]), np.array([[2, 4], [3, -1]]))
    0.6666666666666666
    """
    is_there = true >= 0
    is_found = (true[:, :, None] == found[:, None, :]).any(axis=2)
    return float(is_found[is_there].mean()) if is_there.any() else 1.0


def _but_self(tops: Sequence[tuple[Rows, Floats]], own: Rows) -> Nearest:
    nearest = Nearest(np.full((len(tops), NEAREST), -1, np.int64), np.full((len(tops), NEAREST), -np.inf, np.float32))
    for question, ((rows, scores), self_row) in enumerate(zip(tops, own, strict=True)):
        kept = np.flatnonzero(rows != self_row)[:NEAREST]
        nearest.rows[question, : len(kept)], nearest.scores[question, : len(kept)] = rows[kept], scores[kept]
    return nearest


def _merged(parts: Sequence[Nearest], starts: Sequence[int]) -> Rows:
    rows = np.hstack(
        [np.where(part.rows >= 0, part.rows + start, -1) for part, start in zip(parts, starts, strict=True)]
    )
    order = np.argsort(-np.hstack([part.scores for part in parts]), axis=1, kind="stable")[:, :NEAREST]
    return np.take_along_axis(rows, order, 1)
