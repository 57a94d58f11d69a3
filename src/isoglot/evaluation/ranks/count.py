"""Counting, in one block of scores, the passages that outrank each gold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from isoglot.evaluation.ranks.golds import Golds
from isoglot.evaluation.ranks.pool import spans

# Given rows of the block's queries and of its passages, the exact scores of these pairs.
Exact = Callable[[Tensor, Tensor], Tensor]
# Comparisons made at a time: few enough for the processor's cache, so many that calls cost little beside them.
CELLS = 2**20


@dataclass(frozen=True)
class GoldKeys:
    """What a passage must beat to outrank a gold: a greater exact score, or an equal one and an earlier place.

    Args:
        score: exact score of each gold for its query, float64, shape [G].
        tie: place of each gold among passages of equal score, shape [G].
    """

    score: Tensor
    tie: Tensor

    def __getitem__(self, golds: Tensor | tuple[Tensor, Tensor]) -> "GoldKeys":
        """The keys of some golds."""
        return GoldKeys(self.score[golds], self.tie[golds])


@dataclass(frozen=True)
class GoldsByQuery:
    """The golds of each query, those with most golds first: queries with equally many then stand together.

    Args:
        query: row of each query that has golds, shape [R].
        first: where its golds begin, shape [R].
        number: how many it has, descending, shape [R].
    """

    query: Tensor
    first: Tensor
    number: Tensor

    @classmethod
    def of(cls, golds: Golds, device: torch.device) -> "GoldsByQuery":
        """The golds grouped by query."""
        query, number = torch.unique_consecutive(torch.as_tensor(golds.query, device=device), return_counts=True)
        first = torch.cumsum(number, 0) - number
        order = torch.argsort(number, descending=True, stable=True)
        return cls(query[order], first[order], number[order])

    def __getitem__(self, span: slice) -> "GoldsByQuery":
        """Some of the queries."""
        return GoldsByQuery(self.query[span], self.first[span], self.number[span])

    def equally_many(self) -> Iterator[tuple[slice, Tensor]]:
        """Queries that have equally many golds: which of these they are, and their golds, shape [q, m]."""
        numbers, counts = torch.unique_consecutive(self.number, return_counts=True)
        stop = 0
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            span = slice(stop, stop := stop + count)
            yield span, self.first[span, None] + torch.arange(number, device=self.first.device)


def outranking(
    scores: Tensor, room: Tensor, exact: Exact, bound: float, ties: Tensor, held: Tensor, gold: GoldKeys
) -> Tensor:
    """How many of the block's passages outrank each gold of some queries.

    Args:
        scores: float32, shape [q, n].
        room: float32 to work in, one-dimensional, n at least.
        exact: gives exact scores for those that the error bound leaves open.
        bound: of the error of `scores`.
        ties: place of the passages among those of equal score, shape [n].
        held: whether the passage of each place is among these, shape [P].
        gold: the keys of m golds per query, shape [q, m].

    Returns:
        Counts, shape [q, m].
    """
    high, low = (gold.score + bound).float(), (gold.score - bound).float()
    below = low.nextafter(torch.full_like(low, -torch.inf))
    surely, possibly = _above(scores, torch.cat([high, below], 1), room).chunk(2, 1)
    itself = held[gold.tie]  # a gold among the passages is as near to itself as can be
    open_keys = torch.nonzero(possibly - surely > itself)
    for span in spans(len(open_keys), len(room) // scores.shape[1]):
        query, number = open_keys[span].unbind(1)
        near = torch.index_select(scores, 0, query, out=room[: len(query) * scores.shape[1]].view(len(query), -1))
        key, (row, passage) = gold[query, number], _between(near, low[query, number, None], high[query, number, None])
        others = ties[passage] != key.tie[row]
        row, passage = row[others], passage[others]
        found = exact(query[row], passage)
        before = (found > key.score[row]) | ((found == key.score[row]) & (ties[passage] < key.tie[row]))
        surely.index_put_((query[row], number[row]), before.long(), accumulate=True)
    return surely


def _above(scores: Tensor, limits: Tensor, room: Tensor) -> Tensor:
    """How many of the scores of each query, [q, n], are greater than each of its limits, [q, m]: shape [q, m]."""
    counts, width = torch.empty_like(limits), scores.shape[1]  # float32 holds the width of any block exactly
    at_once = (len(room) if scores.is_cuda else min(len(room), CELLS)) // width
    for some in spans(limits.shape[1], at_once):
        for rows in spans(len(limits), at_once // min(at_once, limits[:, some].shape[1])):
            asked = limits[rows, some, None]
            marks = room[: asked.numel() * width].view(*asked.shape[:2], width)
            torch.sum(torch.gt(scores[rows, None], asked, out=marks), 2, out=counts[rows, some])
    return counts.long()


def _between(scores: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """Where scores [q, n] are from `low` to `high`, [q, 1]: rows and columns, by numpy where that is faster."""
    if scores.is_cuda:
        row, column = torch.nonzero((scores >= low) & (scores <= high), as_tuple=True)
        return row, column
    inside = (scores.numpy() >= low.numpy()) & (scores.numpy() <= high.numpy())
    place = torch.from_numpy(np.flatnonzero(inside))
    return place // scores.shape[1], place % scores.shape[1]
