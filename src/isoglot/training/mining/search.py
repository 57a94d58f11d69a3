"""The nearest passages of one language that may be negatives of some queries."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from isoglot.batches.inventory import Rows, Shelf
from isoglot.evaluation.ranks import Golds, Pool
from isoglot.evaluation.ranks.blocks import Block, Scorer
from isoglot.evaluation.ranks.rank import gold_keys
from isoglot.evaluation.ranks.scores import error_bound, on_grid, product, stripes
from isoglot.evaluation.ranks.top import SPARE, TopLists

Floats = NDArray[np.float32]


def score_limits(queries: Floats, passages: Floats, golds: Golds, margin: float) -> NDArray[np.float64]:
    """The score that a negative must stay below, of each query that has golds: the best gold's less a share of it.

    Args:
        queries: vectors [Q, d].
        passages: vectors [P, d].
        golds: the relevant passages.
        margin: the share, from 0 to 1; of a negative score that of its absolute value.
    """
    pool = Pool.of(passages, np.zeros(len(passages), np.int64))
    scores = gold_keys(queries, pool, golds).score.numpy()
    first = np.unique(golds.query, return_index=True)[1]
    best = np.maximum.reduceat(scores, first)
    limits: NDArray[np.float64] = best - margin * np.abs(best)
    return limits


@dataclass(frozen=True)
class Search:
    """Some queries and the passages of one language.

    Args:
        scorer: of the model that finds the nearest passages.
        judge: of the model that holds them against the limits, for the same queries and passages.
        limits: the score by the judge that a passage must stay below, of each query, float64 [q].
        topics: of the queries, [q].
        forbidden: rows of the passages that a topic must not get, by topic.
    """

    scorer: Scorer
    judge: Scorer
    limits: Tensor
    topics: Rows
    forbidden: Shelf

    def nearest(self, count: int) -> tuple[Rows, int]:
        """Rows of each query's nearest passages that it may get, best first, -1 for none, [q, count].

        And how many pairs of a query and a passage that is not forbidden the limits refused.
        """
        found = torch.full((len(self.topics), count), -1)
        refused = torch.zeros(len(self.topics), dtype=torch.long)
        queries, keep = torch.arange(len(self.topics)), count + SPARE
        while len(queries):
            refused[queries] = 0
            found[queries], unsure = self._ordered(self._listed(queries, keep, refused), count)
            queries, keep = queries[unsure], keep * 8
        return found.numpy(), int(refused.sum())

    def _listed(self, queries: Tensor, keep: int, refused: Tensor) -> TopLists:
        """The nearest passages by float32 score that may be allowed; adds to `refused` those that surely are not."""
        lists = TopLists(queries, keep)
        surely = (self.limits + error_bound(self.judge.dimensions)).float()

        def work(block: Block) -> None:
            block.scores[self._forbidden_in(block)] = -torch.inf
            judged = block.scores if self.judge is self.scorer else _scores(self.judge, block)
            above = (judged > surely[block.query_rows, None]) & (block.scores > -torch.inf)
            refused[block.query_rows] += above.sum(1)
            block.scores.masked_fill_(above, -torch.inf)
            lists.offer(block)

        self.scorer.each_block(queries, work)
        return lists

    def _forbidden_in(self, block: Block) -> tuple[Tensor, Tensor]:
        query, passage = self.forbidden.expand(self.topics[block.query_rows.numpy()])
        place = passage - int(block.passage_rows[0])  # the passages of a block follow each other
        inside = (place >= 0) & (place < len(block.passage_rows))
        return torch.from_numpy(query[inside]), torch.from_numpy(place[inside])

    def _ordered(self, lists: TopLists, count: int) -> tuple[Tensor, Tensor]:
        """The first `count` of each list by exact score, and which lists are too short to be sure of them."""
        scores = torch.full(lists.rows.shape, -torch.inf, dtype=torch.float64)
        query, place = torch.nonzero(lists.rows >= 0, as_tuple=True)
        asked, offered = lists.query_rows[query], lists.rows[query, place]
        exact = self.scorer.exact(asked, offered)
        judged = exact if self.judge is self.scorer else self.judge.exact(asked, offered)
        scores[query, place] = exact.where(judged < self.limits[asked], -torch.inf)
        by_tie = self.scorer.pool.tie[lists.rows].argsort(dim=1)
        order = by_tie.gather(1, scores.gather(1, by_tie).argsort(dim=1, descending=True, stable=True))[:, :count]
        best, cut_off = scores.gather(1, order), lists.scores[:, -1]
        unsure = (cut_off > -torch.inf) & (best[:, -1] - cut_off <= 2 * error_bound(self.scorer.dimensions))
        return lists.rows.gather(1, order).where(best > -torch.inf, -1), unsure


def _scores(scorer: Scorer, block: Block) -> Tensor:
    """The float32 scores of another scorer for the queries and passages of a block."""
    passages = on_grid(scorer.pool.take(block.passage_rows), block.passage_rows, "passage")
    scores, room = torch.empty_like(block.scores), torch.empty_like(block.scores)
    product(stripes(scorer.queries[block.query_rows]), stripes(passages), scores, room)
    return scores
