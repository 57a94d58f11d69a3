"""Documents by their best passage."""

import numpy as np
from numpy.typing import NDArray


def first_of_documents(documents: NDArray[np.integer]) -> NDArray[np.int64]:
    """Of ranked passages, those that are the first of their document.

    Args:
        documents: the document of each passage, the best passage first, [C].

    Returns:
        Their positions, ascending.

    >>> first_of_documents(np.array([7, 7, 2, 7, 3])).tolist()
    [0, 2, 4]
    """
    return np.sort(np.unique(documents, return_index=True)[1])
