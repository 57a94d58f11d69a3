"""Counting, in one block of scores, the passages that outrank each gold."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from isoglot.evaluation.ranks.golds import Golds

# Given rows of the block's queries and of its passages, the exact scores of these pairs.
Exact = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class GoldKeys:
    """What a passage must beat to outrank a gold: a greater exact score, or an equal one and an earlier place.

    Args:
        score: exact score of each gold for its query, float64, shape [G].
        tie: place of each gold among passages of equal score, shape [G].
    """

    score: Tensor
    tie: Tensor

    def __getitem__(self, golds: Tensor) -> "GoldKeys":
        """The keys of some golds."""
        return GoldKeys(self.score[golds], self.tie[golds])


@dataclass(frozen=True)
class GoldsByQuery:
    """The golds of each query, those with most golds first: the queries with a k-th gold are then the first ones.

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

    def kth(self, k: int) -> Tensor:
        """The k-th gold (from 0) of each of the first queries, as many as have one."""
        return self.first[: int((self.number > k).sum())] + k


def outranking(
    scores: Tensor, marks: Tensor, exact: Exact, bound: float, ties: Tensor, held: Tensor, gold: GoldKeys
) -> Tensor:
    """How many of the block's passages outrank one gold of each query.

    Args:
        scores: float32, shape [q, n].
        marks: room to work in, of the same kind and shape.
        exact: gives exact scores for those that the error bound leaves open.
        bound: of the error of `scores`.
        ties: place of the passages among those of equal score, shape [n].
        held: whether the passage of each place is among these, shape [P].
        gold: the keys of one gold per query, shape [q].

    Returns:
        Counts, shape [q].
    """
    high, low = (gold.score + bound).float()[:, None], (gold.score - bound).float()[:, None]
    surely = torch.gt(scores, high, out=marks).sum(1).long()
    possibly = torch.ge(scores, low, out=marks).sum(1).long()
    itself = held[gold.tie]  # a gold among the passages is as near to itself as can be
    open_rows = torch.nonzero(possibly - surely > itself)[:, 0]
    near = scores[open_rows]
    row, passage = torch.nonzero((near >= low[open_rows]) & (near <= high[open_rows]), as_tuple=True)
    row = open_rows[row]
    others = ties[passage] != gold.tie[row]
    row, passage = row[others], passage[others]
    found = exact(row, passage)
    before = (found > gold.score[row]) | ((found == gold.score[row]) & (ties[passage] < gold.tie[row]))
    return surely.index_add_(0, row, before.long())
