"""Which candidates of a batch are positives of which query, and which must not be its negatives."""

import numpy as np
from numpy.typing import NDArray

from isoglot.batches.inventory import Inventory, Rows, Shelf

Mask = NDArray[np.bool_]


def positive(negatives: Rows, versions: Rows) -> Mask:
    """The own passage and versions of each query, [B, N]: see `Batch.positive`.

    >>> positive(np.array([[7], [8]]), np.array([[3], [-1]])).astype(int)
    array([[1, 0, 0, 0, 1, 0],
           [0, 1, 0, 0, 0, 0]])
    """
    own = np.eye(len(versions), dtype=bool)
    versions_of_own = own.repeat(versions.shape[1], axis=1) & (versions.ravel() >= 0)
    return np.hstack([own, np.zeros((len(own), negatives.size), bool), versions_of_own])


def excluded(stock: Inventory, topics: Rows, candidates: Rows, positives: Mask) -> Mask:
    """Which candidates must not be negatives of which query: see `Batch.excluded`. Ids decide, never strings."""
    owner, relevant_group = stock.groups.expand(topics)
    groups, number = np.unique(
        np.concatenate([relevant_group, stock.indexed.passage_group[candidates]]), return_inverse=True
    )
    asked, offered = np.split(number, [len(relevant_group)])
    position, column = Shelf.of(offered, np.arange(len(candidates)), len(groups)).expand(asked)
    mask = np.zeros((len(topics), len(candidates)), bool)
    mask[owner[position], column] = True
    mask[:, candidates < 0] = True
    return mask & ~positives
