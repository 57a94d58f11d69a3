"""A teacher: another model's vectors of the texts of the collections, or of their versions in one language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from accelerate import PartialState
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from torch import Tensor

from isoglot.data import Collection
from isoglot.data.indexed import index
from isoglot.errors import unknown
from isoglot.models.encode import encode
from isoglot.models.roles import ROLES, Role
from isoglot.models.store import EmbeddingStore
from isoglot.training.reading.ragged import Rows
from isoglot.training.reading.rows import RowsByRole

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class TaughtTexts:
    """The teacher's vectors of the texts of one table.

    Args:
        place: where each text has its vector in `vectors`, -1 for none, [N].
        vectors: of length 1, of the texts that the teacher reads and, in the last row, NaN: [M + 1, dt].
    """

    place: Rows
    vectors: Tensor

    def at(self, rows: Rows) -> Tensor:
        """The vectors of these rows of the table, NaN where there is none and for row -1: [rows, dt]."""
        return self.vectors[torch.from_numpy(np.where(rows < 0, -1, self.place[rows]))]


class Teacher:
    """What a model makes of the queries and passages of some collections; each distinct text is encoded once.

    An English teacher of a multilingual student reads each text's English version (Reimers and Gurevych 2020, arXiv
    2004.09813): of a query, the first query of its topic in that language; of a passage, the first passage of its
    parallel group. A text in that language is its own version.

    Args:
        model: the teacher, with its own prompts.
        collections: those of the batches.
        rows: the queries and passages of each that batches hold, see `rows_to_read`; all others have no vector.
        language: whose versions the teacher reads; None for the texts themselves.
        store: gives the vectors it knows and takes the others; the first worker fills it while the others wait.
        batch_size: texts encoded together.
        progress: show bars while encoding.

    Raises:
        RequestError: no collection has a text in the language.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        collections: Sequence[Collection],
        rows: Sequence[RowsByRole],
        *,
        language: str | None = None,
        store: EmbeddingStore | None = None,
        batch_size: int = 128,
        progress: bool = False,
    ) -> None:
        known = sorted({code for collection in collections for code in collection.languages})
        if language is not None and language not in known:
            raise unknown("teacher language", language, known)
        encode_texts = partial(encode, model, batch_size=batch_size, progress=progress, store=store)
        with PartialState().main_process_first():
            self.taught = [
                teach(collection, held, language, encode_texts)
                for collection, held in zip(collections, rows, strict=True)
            ]

    @property
    def dimensions(self) -> int:
        """Of the teacher's vectors, dt."""
        return self.taught[0]["query"].vectors.shape[1]

    def vectors(self, collection: int, role: Role, rows: Rows) -> Tensor:
        """Its vectors of the queries or passages in these rows of a collection, [rows, dt]; NaN where it has none."""
        return self.taught[collection][role].at(rows)


def teach(
    collection: Collection,
    rows: RowsByRole,
    language: str | None,
    encode_texts: Callable[[Sequence[str], Role], Floats],
) -> dict[Role, TaughtTexts]:
    """What the teacher knows of these rows of a collection; see `Teacher`."""
    texts: dict[Role, list[str]] = {"query": collection.query_texts, "passage": collection.passage_texts}
    versions = versions_in(collection, language)
    taught: dict[Role, TaughtTexts] = {}
    for role in ROLES:
        read = np.full(len(texts[role]), -1)
        read[rows[role]] = versions[role][rows[role]]
        distinct = np.unique(read[read >= 0])
        vectors = encode_texts([texts[role][row] for row in distinct.tolist()], role)
        unknown_row = np.full((1, vectors.shape[1]), np.nan, np.float32)
        place = np.where(read < 0, -1, np.searchsorted(distinct, read))
        taught[role] = TaughtTexts(place, torch.from_numpy(np.concatenate([vectors, unknown_row])))
    return taught


def versions_in(collection: Collection, language: str | None) -> RowsByRole:
    """For each query and passage the row of its version in a language, -1 for none; itself without a language."""
    if language is None:
        return {"query": np.arange(collection.queries.num_rows), "passage": np.arange(collection.passages.num_rows)}
    indexed = index(collection)
    code = indexed.languages.index(language) if language in indexed.languages else -1
    return {
        "query": version_rows(indexed.query_topic, indexed.query_language == code),
        "passage": version_rows(indexed.passage_group, indexed.passage_language == code),
    }


def version_rows(group: Rows, in_language: NDArray[np.bool_]) -> Rows:
    """For each row the row of its version in a language, -1 where it has none.

    Args:
        group: rows of one group are versions of each other, [N].
        in_language: whether a row is in the language, and so its own version; else the first of its group is, [N].

    >>> version_rows(np.array([0, 0, 0, 1]), np.array([False, True, True, False]))
    array([ 1,  1,  2, -1])
    """
    rows = np.flatnonzero(in_language)
    groups, first = np.unique(group[rows], return_index=True)
    version = np.full(int(group.max(initial=-1)) + 1, -1)
    version[groups] = rows[first]
    return np.where(in_language, np.arange(len(group)), version[group])
