"""One batch as row numbers, and how its examples draw their languages and lose their false negatives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isoglot.batches.inventory import Inventory, Rows, Shelf
from isoglot.batches.strategies import Weights
from isoglot.errors import RequestError


@dataclass(frozen=True)
class Batch:
    """Row numbers of one batch of B examples with n hard negatives each, all from one collection.

    `negatives` is [B, n], -1 where the topic has none. `excluded` is [B, G * (1 + n)] for the G examples of the global
    batch, whose G passages come first and whose G * n negatives follow: True where a passage must not count as a
    negative of the query, since the qrels call it (or a passage parallel to it) relevant.
    """

    collection: int
    topics: Rows
    queries: Rows
    passages: Rows
    negatives: Rows
    excluded: NDArray[np.bool_]

    def share(self, rank: int, world_size: int) -> "Batch":
        """The slice of a global batch that worker `rank` of `world_size` trains on.

        Raises:
            RequestError: the batch does not divide evenly.
        """
        size, rest = divmod(len(self.topics), world_size)
        if rest:
            raise RequestError(
                f"a batch of {len(self.topics)} does not divide by {world_size} workers; choose a multiple."
            )
        part = slice(rank * size, (rank + 1) * size)
        rows = (self.topics[part], self.queries[part], self.passages[part], self.negatives[part])
        return Batch(self.collection, *rows, self.excluded[part])


def draw_pairs(
    pairs: Weights, has_query: NDArray[np.bool_], has_passage: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Rows, Rows]:
    """Draw each example's (query language, passage language) by weight among the pairs that its topic has.

    Args:
        pairs: [L, L] weights.
        has_query: [B, L] whether the topic has a query in the language.
        has_passage: [B, L] whether it has a relevant passage in the language.
        rng: makes the draw.

    Returns:
        Query languages [B] and passage languages [B].
    """
    weights = pairs * has_query[:, :, None] * has_passage[:, None, :]
    cumulative = weights.reshape(len(weights), -1).cumsum(axis=1)
    chosen = (cumulative > rng.random(len(weights))[:, None] * cumulative[:, -1:]).argmax(axis=1)
    return np.divmod(chosen, pairs.shape[0])


def excluded(stock: Inventory, topics: Rows, passages: Rows, negatives: Rows) -> NDArray[np.bool_]:
    """Which candidates must not be negatives of which query: see `Batch.excluded`. Ids decide, never strings."""
    candidates = np.concatenate([passages, negatives.ravel()])
    owner, relevant_group = stock.groups.expand(topics)
    groups, number = np.unique(
        np.concatenate([relevant_group, stock.indexed.passage_group[candidates]]), return_inverse=True
    )
    asked, offered = np.split(number, [len(relevant_group)])
    position, column = Shelf.of(offered, np.arange(len(candidates)), len(groups)).expand(asked)
    mask = np.zeros((len(topics), len(candidates)), bool)
    mask[owner[position], column] = True
    mask[:, candidates < 0] = True
    mask[np.arange(len(topics)), np.arange(len(topics))] = False
    return mask
