"""Means of a measure over groups of queries."""

import numpy as np
from numpy.typing import ArrayLike

from isoglot.errors import IsoglotError


def macro_mean(values: ArrayLike, groups: ArrayLike) -> float:
    """Mean over groups (languages, pairs) of the mean within each, so that every group weighs the same.

    Raises:
        IsoglotError: there are no values.

    >>> macro_mean([1.0, 0.0, 0.5], ["en", "en", "de"])
    0.5
    """
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    if len(group) == 0:
        raise IsoglotError("There is nothing to take a mean of; no query has a relevant passage in this setting.")
    return float(np.mean(np.bincount(group, weights=np.asarray(values)) / np.bincount(group)))
