"""Rankings by vectors and by words made one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Of Cormack et al.
CONSTANT = 60


def fuse(rankings: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009): the sum over rankings of 1 / (60 + rank).

    Args:
        rankings: rows, each ranking's best first.

    Returns:
        All rows of the rankings, ascending, and the fused score of each.

    >>> rows, scores = fuse([np.array([4, 9]), np.array([9])])
    >>> rows.tolist(), [f"{score:.4f}" for score in scores]
    ([4, 9], ['0.0164', '0.0325'])
    """
    rows, position = np.unique(np.concatenate([np.empty(0, np.int64), *rankings]), return_inverse=True)
    parts = np.concatenate([np.empty(0), *(1 / (CONSTANT + 1 + np.arange(len(each))) for each in rankings)])
    return rows, np.bincount(position, parts, len(rows)).astype(np.float32)
