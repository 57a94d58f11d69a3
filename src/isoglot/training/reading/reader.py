"""Reads one worker's share of a batch: its texts as tokens, and its labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor

from isoglot.batches import Batch
from isoglot.data import Collection
from isoglot.models.roles import Role
from isoglot.training.loss import Labels
from isoglot.training.reading.forms import form_of
from isoglot.training.reading.prompted import TokenisedEachTime, leaves_prompts_out
from isoglot.training.reading.ragged import Rows
from isoglot.training.reading.rows import RowsByRole, passage_columns
from isoglot.training.reading.tokenise import TokenisedOnce


class Texts(Protocol):
    """Texts of a share, one after the other: queries, passages, hard negatives, versions."""

    @property
    def lengths(self) -> Rows:
        """Tokens of each text, shape [T]."""

    @property
    def padded(self) -> bool:
        """Whether texts that are encoded together are padded to the longest of them."""

    def features(self, places: Rows) -> dict[str, Any]:
        """What the encoder takes for the texts at these places."""


class Teacher(Protocol):
    """What a teacher makes of the texts of the collections."""

    def vectors(self, collection: int, role: Role, rows: Rows) -> Tensor:
        """Its vectors of the queries or passages in these rows of a collection, [rows, dt]; NaN where it has none."""


@dataclass(frozen=True)
class Share:
    """What one worker computes in a step.

    Args:
        texts: all its texts.
        sizes: how many of these are queries, passages, hard negatives, …; they follow each other in this order.
        labels: of its queries.
    """

    texts: Texts
    sizes: list[int]
    labels: Labels


class BatchReader:
    """Reads shares of the batches of some collections for a model.

    Every text of the collections is tokenised once where the features of the model are ragged token ids (`form_of`);
    else a share is tokenised when its features are asked for.

    Args:
        model: the encoder.
        collections: those of the batches.
        rows: the queries and passages of each collection that batches hold, see `rows_to_read`.
        cache: the folder for token ids; what is there already is used again.
        teacher: its vectors go into the labels.

    Raises:
        RequestError: the model pools without prompts, and its two prompts are unlike.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        collections: Sequence[Collection],
        rows: Sequence[RowsByRole],
        cache: Path,
        teacher: Teacher | None = None,
    ) -> None:
        form = None if leaves_prompts_out(model) else form_of(model)
        self.source = (
            TokenisedEachTime(model, collections)
            if form is None
            else TokenisedOnce(model, form, collections, rows, cache)
        )
        self.teacher = teacher

    def __call__(self, shares: list[Batch]) -> dict[str, Share]:
        """Read the one share of a step."""
        (share,) = shares
        columns = passage_columns(share)
        texts = self.source.read(share.collection, share.queries, np.concatenate(columns))
        labels = Labels(
            excluded=torch.from_numpy(share.excluded),
            positive=torch.from_numpy(share.positive) if share.versions.size else None,
            teacher=None if self.teacher is None else _teaching(self.teacher, share),
        )
        return {"share": Share(texts, [len(share.queries), *map(len, columns)], labels)}


def _teaching(teacher: Teacher, share: Batch) -> list[Tensor]:
    """The teacher's vectors of the queries and of each column of passages, NaN for those that are missing."""
    extra = [rows.ravel() for rows in (share.negatives, share.versions) if rows.size]
    queries = teacher.vectors(share.collection, "query", share.queries)
    return [queries, *(teacher.vectors(share.collection, "passage", rows) for rows in (share.passages, *extra))]
