"""The best passages of each query, gathered block by block and put into exact order at the end."""

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
        whole = pad(block.scores, (0, -block.scores.shape[1] % GROUP), value=-torch.inf)
        maxima = whole.unflatten(1, (-1, GROUP)).amax(2)
        better = torch.nonzero(maxima.amax(1) > self.scores[block.span, -1])[:, 0]
        lists = better + block.span.start
        best, place = _best(whole, maxima, better, min(keep, block.scores.shape[1]))
        place.clamp_(max=block.scores.shape[1] - 1)
        both = torch.cat([self.scores[lists], best], dim=1)
        both_rows = torch.cat([self.rows[lists], block.passage_rows[place]], dim=1)
        self.scores[lists], place = both.topk(keep, dim=1)
        self.rows[lists] = both_rows.gather(1, place).where(self.scores[lists] > -torch.inf, -1)


def _best(whole: Tensor, maxima: Tensor, rows: Tensor, keep: int) -> tuple[Tensor, Tensor]:
    """The best scores of some rows and their places: they are in the groups with the best maxima."""
    groups = maxima[rows].topk(min(keep, maxima.shape[1]), dim=1).indices
    members = (groups[:, :, None] * GROUP + torch.arange(GROUP, device=whole.device)).flatten(1)
    best, place = whole[rows[:, None], members].topk(keep, dim=1)
    return best, members.gather(1, place)


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
