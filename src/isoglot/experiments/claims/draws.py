"""The batches of finished trainings, drawn again from their plans."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from isoglot.data import Collection
from isoglot.data.indexed import index
from isoglot.errors import IsoglotError
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.folder import MODEL, CellFolder
from isoglot.training.parts import plan_of
from isoglot.training.record import RECORD
from isoglot.training.setup import open_training_collections

CROSS = -1  # in the place of a language: a cross-lingual batch
MIXED = -2  # neither in one language nor cross-lingual throughout
MOST_STEPS = 1000  # of each training


@dataclass(frozen=True)
class Draws:
    """What n batches were drawn as.

    Args:
        collections: what was trained on, C of them.
        batch_size: examples in a batch.
        alpha: probability of a monolingual batch.
        kind: language of each monolingual batch, CROSS or MIXED, shape [n].
        collection: number of the collection of each batch, shape [n].
    """

    collections: list[Collection]
    batch_size: int
    alpha: float
    kind: NDArray[np.int64]
    collection: NDArray[np.int64]

    @cached_property
    def languages(self) -> list[str]:
        """Those of all collections; a language's number is its place."""
        return sorted({language for each in self.collections for language in each.languages})

    def expected(self) -> NDArray[np.float64]:
        """Expected batches of each collection, were they drawn in proportion to size, shape [C].

        The size of a collection is the number of its topics that can stand in a batch of the kind; one that cannot fill
        a batch is not drawn.
        """
        sizes = np.stack([_sizes(each, self.languages) for each in self.collections])
        sizes[sizes < self.batch_size] = 0
        shares: NDArray[np.float64] = sizes / np.maximum(sizes.sum(axis=0), 1)
        expected: NDArray[np.float64] = shares[:, self.kind].sum(axis=1)
        return expected


def draw_again(trainings: Sequence[tuple[Cell, CellFolder]]) -> Draws:
    """The first batches of trainings that differ in nothing but their seeds.

    Raises:
        IsoglotError: the training data cannot be opened, or has changed since.
    """
    recipe = trainings[0][0].recipe
    parts, _ = open_training_collections(recipe)
    hashes = [part.content_hash for part in parts]
    for _, folder in trainings:
        record = json.loads((folder.path / MODEL / RECORD).read_text(encoding="utf-8"))
        if [each["content_hash"] for each in record["collections"]] != hashes:
            raise IsoglotError("the training data has changed since.")
    kinds, collections = [], []
    for cell, _ in trainings:
        for kind, collection in _batches(cell, parts):
            kinds.append(kind)
            collections.append(collection)
    return Draws(parts, recipe.batch_size, recipe.alpha, np.array(kinds), np.array(collections))


def _batches(cell: Cell, parts: list[Collection]) -> list[tuple[int, int]]:
    """Kind and collection of each batch of a training."""
    plan = plan_of(cell.recipe, parts)
    indexed = [index(part, plan.languages) for part in parts]
    found = []
    for step in range(min(cell.recipe.steps, MOST_STEPS)):
        batch = plan.batch(step)
        own = indexed[batch.collection]
        kind = kind_of(own.query_language[batch.queries], own.passage_language[batch.passages])
        found.append((kind, batch.collection))
    return found


def kind_of(asked: NDArray[np.int64], given: NDArray[np.int64]) -> int:
    """The language of a monolingual batch, CROSS or MIXED, from the languages of its queries and passages, both [B]."""
    if (asked != given).all():
        return CROSS
    return int(asked[0]) if len(np.unique([asked, given])) == 1 else MIXED


def _sizes(collection: Collection, languages: list[str]) -> NDArray[np.float64]:
    """Topics that can stand in a batch of each language, and last in a cross-lingual one, shape [L + 1]."""
    indexed = index(collection, languages)
    relevant = indexed.judgment_relevance > 0
    asked, given = (np.zeros((indexed.topic_count, len(languages)), bool) for _ in range(2))
    asked[indexed.query_topic, indexed.query_language] = True
    given[indexed.judgment_topic[relevant], indexed.passage_language[indexed.judgment_passage[relevant]]] = True
    same = (asked & given).sum(axis=1)
    different = asked.sum(axis=1) * given.sum(axis=1) - same
    return np.append((asked & given).sum(axis=0), (different > 0).sum()).astype(np.float64)
