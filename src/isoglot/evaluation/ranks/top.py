"""The best passages of each query, gathered block by block and put into exact order at the end."""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from isoglot.evaluation.ranks.blocks import Block, Scorer
from isoglot.evaluation.ranks.pool import spans
from isoglot.evaluation.ranks.scores import error_bound

# More are kept than asked for, so that scores too near to tell apart in float32 are seldom cut off.
SPARE = 6
GROUP = 16
# A passage in a list while the list is sorted: its row, score, place, and their copies in other orders.
LISTED_BYTES = 512


class TopLists:
    """The running best passages of some queries by float32 score.

    Args:
        query_rows: rows of the queries, shape [R].
        keep: passages kept per query.
    """

    def __init__(self, query_rows: Tensor, keep: int) -> None:
        self.query_rows = query_rows
        self.scores = torch.full((len(query_rows), keep), -torch.inf, device=query_rows.device)
        self.rows = torch.full((len(query_rows), keep), -1, device=query_rows.device)

    def offer(self, block: Block) -> None:
        """Take in the scores of a block."""
        keep = self.scores.shape[1]
        row, place = _candidates(block.scores, self.scores[block.span, -1], keep)
        changed, number = torch.unique_consecutive(row, return_counts=True)
        lists = changed + block.span.start
        new = torch.arange(int(number.max()) if len(number) else 0, device=row.device) < number[:, None]
        scores = torch.full(new.shape, -torch.inf, device=row.device).masked_scatter_(new, block.scores[row, place])
        rows = torch.full(new.shape, -1, device=row.device).masked_scatter_(new, block.passage_rows[place])
        self.scores[lists], best = torch.cat([self.scores[lists], scores], dim=1).topk(keep, dim=1)
        self.rows[lists] = torch.cat([self.rows[lists], rows], dim=1).gather(1, best)


def _candidates(scores: Tensor, beaten: Tensor, keep: int) -> tuple[Tensor, Tensor]:
    """Scores [q, n] above what must be beaten, [q], the best `keep` of each query among them: rows and columns.

    As many groups of passages hold one that is as good as the last of the best group maxima.
    """
    maxima = _group_maxima(scores)
    count, last = maxima.shape[1], scores.shape[1] - 1
    least = beaten.nextafter(torch.full_like(beaten, torch.inf))[:, None]
    if count >= keep:
        least = torch.maximum(least, _last_of_best(maxima, keep))
    row, group = torch.nonzero(maxima >= least, as_tuple=True)
    members = group[:, None] + count * torch.arange(GROUP, device=scores.device)
    found = scores.take(row[:, None] * scores.shape[1] + members.clamp(max=last))
    pair, member = torch.nonzero((members <= last) & (found >= least[row]), as_tuple=True)
    return row[pair], members[pair, member]


def _group_maxima(scores: Tensor) -> Tensor:
    """The greatest score of each group of passages, which are as far apart as there are groups: shape [q, groups]."""
    first, *others = scores.split(-(-scores.shape[1] // GROUP), dim=1)
    maxima = first.clone()
    for part in others:
        known = maxima[:, : part.shape[1]]
        torch.maximum(known, part, out=known)
    return maxima


def _last_of_best(scores: Tensor, keep: int) -> Tensor:
    """The `keep`-th greatest score of each query, shape [q, 1]; by numpy where that is faster."""
    if scores.is_cuda:
        return scores.topk(keep, dim=1).values[:, -1:]
    place = scores.shape[1] - keep
    return torch.from_numpy(np.partition(scores.numpy(), place, axis=1)[:, place, None])


def in_order(scorer: Scorer, lists: TopLists, top: int) -> Tensor:
    """The first `top` of each list in exact order: rows, -1 for none, shape [R, top]."""
    rows, doubtful = _sorted(scorer, lists, top)
    keep = lists.scores.shape[1]
    while len(doubtful):
        keep *= 8
        left = []
        for span in spans(len(doubtful), scorer.memory // (LISTED_BYTES * keep)):
            queries = doubtful[span]
            rows[queries], open_places = _sorted(scorer, _longer_lists(scorer, lists.query_rows[queries], keep), top)
            left.append(queries[open_places])
        doubtful = torch.cat(left)
    return rows


def _sorted(scorer: Scorer, lists: TopLists, top: int) -> tuple[Tensor, Tensor]:
    """The first `top` rows of each list, and the places of the lists that are too short to be sure of them.

    A passage that was cut off could stand before the last one listed where float32 cannot tell the two apart.
    """
    scores = _exact_where_close(scorer, lists)
    by_tie = scorer.pool.tie[lists.rows].argsort(dim=1)
    order = by_tie.gather(1, scores.gather(1, by_tie).argsort(dim=1, descending=True, stable=True))[:, :top]
    last, cut_off = scores.gather(1, order)[:, -1], lists.scores[:, -1]
    unsure = (cut_off > -torch.inf) & (last - cut_off <= 2 * error_bound(scorer.dimensions))
    return lists.rows.gather(1, order), torch.nonzero(unsure)[:, 0]


def _longer_lists(scorer: Scorer, query_rows: Tensor, keep: int) -> TopLists:
    """Lists of a few queries, by a pass of their own."""
    lists = TopLists(query_rows, keep)
    scorer.each_block(query_rows, lists.offer)
    return lists


def _exact_where_close(scorer: Scorer, lists: TopLists) -> Tensor:
    """The scores of the lists, exact for those that float32 cannot tell from a neighbour, float64 [R, keep]."""
    scores = lists.scores.double()
    to_next = lists.rows[:, 1:].ge(0) & (scores.diff(dim=1) >= -2 * error_bound(scorer.dimensions))
    close = pad(to_next, (0, 1)) | pad(to_next, (1, 0))
    query, place = torch.nonzero(close, as_tuple=True)
    scores[query, place] = scorer.exact(lists.query_rows[query], lists.rows[query, place])
    return scores
