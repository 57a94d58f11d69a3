"""A space: the vectors of one model, role, prompt and maximum length, in a folder of segments."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from isoglot.models.store.segments import (
    PARTIAL,
    Floats,
    Segment,
    checksums,
    read_segments,
    remove_left_overs,
    remove_segment,
    rows_of,
    text_hashes,
    write_segment,
)

FORMAT = 1
DESCRIPTION = "space.json"
# More small segments than this become one, so that finding a text never opens thousands of files.
MANY, SMALL = 128, 256


@dataclass(frozen=True)
class SpaceKey:
    """What decides the vector of a text.

    Args:
        model: hash of the model's content (`isoglot.models.fingerprint`).
        role: "query" or "passage".
        prompt: put before every text.
        max_length: tokens of a text that are read; None for all.
    """

    model: str
    role: str
    prompt: str
    max_length: int | None

    @property
    def folder_name(self) -> str:
        """A hash of all fields, 32 hexadecimal digits."""
        fields = json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True)
        return blake2b(fields.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Space:
    """Stored vectors under one key; reading and writing need no lock.

    Args:
        folder: where the segments are; it need not exist.
        key: what decides the vectors.
        model_name: how reports call the model.
    """

    folder: Path
    key: SpaceKey
    model_name: str = ""

    def find(self, texts: Sequence[str]) -> Iterator[tuple[NDArray[np.int64], Floats]]:
        """Look texts up, segment by segment, so that no more than a segment's vectors are held.

        Args:
            texts: distinct texts.

        Yields:
            Positions in `texts` and their vectors, exactly as they were added; every position at most once, and none
            for a text that is not stored or whose vector was damaged on the disk.
        """
        with suppress(OSError):
            os.utime(self.folder / DESCRIPTION)  # the report tells when a space was last used
        wanted = text_hashes(texts)
        order = np.argsort(wanted)
        is_missing = np.ones(len(texts), bool)
        for segment in read_segments(self.folder):
            if not is_missing.any():
                return
            positions, vectors = _matches(segment, wanted, order, is_missing)
            is_missing[positions] = False
            yield positions, vectors

    def missing(self, texts: Iterable[str]) -> list[str]:
        """The distinct texts among these that are not stored, in their order."""
        distinct = list(dict.fromkeys(texts))
        is_missing = np.ones(len(distinct), bool)
        for positions, _ in self.find(distinct):
            is_missing[positions] = False
        return [text for text, missing in zip(distinct, is_missing, strict=True) if missing]

    def add(self, texts: Sequence[str], vectors: Floats) -> None:
        """Store the vectors of distinct texts, float32 [texts, d], as one segment.

        Raises:
            OSError: the disk is full or cannot be written; nothing is stored then.
        """
        if len(texts) == 0:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / DESCRIPTION).exists():
            self._describe()
        write_segment(self.folder, rows_of(texts, vectors), vectors)
        self._merge_small_segments()
        remove_left_overs(self.folder)

    def _describe(self) -> None:
        partial = self.folder / f"{uuid4().hex}{PARTIAL}"
        description = {"model_name": self.model_name, **asdict(self.key)}
        partial.write_text(json.dumps(description, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        partial.replace(self.folder / DESCRIPTION)

    def _merge_small_segments(self) -> None:
        small = [segment for segment in read_segments(self.folder) if len(segment.rows) < SMALL]
        if len(small) > MANY:
            # Whole before the small ones go: a kill in between leaves texts twice, and the next merging once.
            write_segment(self.folder, *_merged(small))
            for segment in small:
                remove_segment(segment.path)


def _merged(parts: Sequence[Segment]) -> tuple[NDArray[np.void], Floats]:
    """Rows and vectors of all parts, every text once; damaged vectors are left out."""
    rows, vectors = (np.concatenate(arrays) for arrays in zip(*((p.rows, p.vectors) for p in parts), strict=True))
    intact = np.flatnonzero(checksums(vectors) == rows["check"])
    _, first = np.unique(rows["text"][intact], return_index=True)
    return rows[intact[first]], vectors[intact[first]]


def _matches(
    segment: Segment, wanted: NDArray[np.bytes_], order: NDArray[np.int64], is_missing: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Floats]:
    """Positions in `wanted` that are missing and intact in the segment, and their vectors."""
    hashes = np.ascontiguousarray(segment.rows["text"])
    place = np.searchsorted(wanted, hashes, sorter=order)
    positions = order[np.minimum(place, len(order) - 1)]
    rows = np.flatnonzero((wanted[positions] == hashes) & is_missing[positions])
    vectors = np.asarray(segment.vectors[rows])
    is_intact = checksums(vectors) == segment.rows["check"][rows]
    if not is_intact.all():
        rows, vectors = rows[is_intact], vectors[is_intact]
    return positions[rows], vectors
