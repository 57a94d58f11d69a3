"""The best passages of any texts, exactly: also of those that no judgment is known of."""

import numpy as np
import torch
from numpy.typing import NDArray

from isoglot.evaluation.ranks import MEMORY, Integers, Pool
from isoglot.evaluation.ranks.blocks import Scorer
from isoglot.evaluation.ranks.pool import Vectors
from isoglot.evaluation.ranks.rank import scores_of
from isoglot.evaluation.ranks.top import SPARE, TopLists, in_order


def nearest(
    queries: Vectors,
    pool: Pool,
    top: int,
    *,
    exclusions: tuple[Integers, Integers] | None = None,
    memory: int = MEMORY,
) -> tuple[Integers, NDArray[np.float64]]:
    """The best passages of each query in the pool of all languages.

    Args:
        queries: vectors of length 1, shape [Q, d].
        pool: the passages.
        top: passages per query, k.
        exclusions: rows (queries, passages) of the pairs that are never ranked.
        memory: bound in bytes on what scoring holds.

    Returns:
        Rows of passages, best first, and their scores (cosine), both of shape [Q, k]; -1 and NaN where there are fewer.

    >>> rows, scores = nearest(np.eye(2), Pool.of(np.array([[0.6, 0.8], [1.0, 0.0]]), np.array([0, 1])), top=1)
    >>> rows.tolist(), scores.round(3).tolist()
    ([[1], [0]], [[1.0], [0.8]])
    """
    scorer = Scorer.of(queries, pool, exclusions, memory)
    lists = TopLists(torch.arange(len(queries), device=scorer.device), top + SPARE)
    scorer.each_block(lists.query_rows, lists.offer)
    rows = in_order(scorer, lists, top).cpu().numpy()
    return rows, scores_of(queries, pool, rows, memory)
