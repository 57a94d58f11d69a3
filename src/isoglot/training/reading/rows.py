"""Which texts a training will read: a short one on large collections need not have all of them tokenised."""

from collections.abc import Sequence

import numpy as np

from isoglot.batches import Batch, Plan
from isoglot.data import Collection
from isoglot.models.roles import Role
from isoglot.training.reading.ragged import Rows

RowsByRole = dict[Role, Rows]
# Drawing all batches pays where they hold fewer texts than this share of the collections.
FEW = 0.5


def rows_to_read(plan: Plan, steps: int, collections: Sequence[Collection]) -> list[RowsByRole]:
    """The queries and passages of each collection that the first `steps` batches hold, or all where these are many."""
    every = [_all_rows(collection) for collection in collections]
    texts = sum(len(rows) for known in every for rows in known.values())
    first = plan.batch(0)
    if steps * (len(first.queries) + len(passage_rows(first))) > FEW * texts:
        return every
    found: list[dict[Role, list[Rows]]] = [{"query": [], "passage": []} for _ in collections]
    for step in range(steps):
        batch = plan.batch(step)
        found[batch.collection]["query"].append(batch.queries)
        found[batch.collection]["passage"].append(passage_rows(batch))
    return [{role: _distinct(parts) for role, parts in known.items()} for known in found]


def passage_columns(batch: Batch) -> list[Rows]:
    """Rows of the passages and, where there are any, of the negatives and versions.

    The query's own passage stands for one that is missing, which the labels exclude.
    """
    extra = [rows for rows in (batch.negatives, batch.versions) if rows.size]
    return [batch.passages, *(np.where(rows >= 0, rows, batch.passages[:, None]).ravel() for rows in extra)]


def passage_rows(batch: Batch) -> Rows:
    """All `passage_columns`, one after the other."""
    return np.concatenate(passage_columns(batch))


def _all_rows(collection: Collection) -> RowsByRole:
    return {"query": np.arange(collection.queries.num_rows), "passage": np.arange(collection.passages.num_rows)}


def _distinct(parts: list[Rows]) -> Rows:
    return np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))
