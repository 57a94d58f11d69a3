"""`as-scored`: the scores decide, whatever the languages."""

import numpy as np
from numpy.typing import NDArray


def as_scored(scores: NDArray[np.floating], ties: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The order of candidates by score, the highest first.

    Args:
        scores: [C].
        ties: orders equal scores, so that no language comes first, [C].

    Returns:
        Positions of the candidates, int64 [C].

    >>> as_scored(np.array([0.2, 0.9, 0.2]), np.array([7, 1, 3], np.uint32)).tolist()
    [1, 2, 0]
    """
    return np.lexsort((ties, -scores))
