"""Token ids of many texts in one array, kept in files that are mapped rather than read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isoglot.files import beside, put_in_place

Rows = NDArray[np.int64]
Ids = NDArray[np.int32]


@dataclass(frozen=True)
class RaggedIds:
    """Token ids of T texts, one text after the other.

    Args:
        ids: of all texts, int32 [tokens].
        ends: where each text ends in `ids`, int64 [T].
    """

    ids: Ids
    ends: Rows

    @classmethod
    def of_lengths(cls, ids: NDArray[np.integer], lengths: NDArray[np.integer]) -> "RaggedIds":
        """From the number of tokens of each text, [T]."""
        return cls(ids.astype(np.int32, copy=False), np.cumsum(lengths, dtype=np.int64))

    @property
    def lengths(self) -> Rows:
        """Tokens of each text, [T]."""
        return np.diff(self.ends, prepend=0)

    def at(self, rows: Rows) -> "RaggedIds":
        """The texts of these rows, in their order.

        >>> RaggedIds.of_lengths(np.array([5, 6, 7, 8]), np.array([1, 0, 3])).at(np.array([2, 1, 0])).ids.tolist()
        [6, 7, 8, 5]
        """
        ends = self.ends[rows]
        starts = np.where(rows > 0, self.ends[rows - 1], 0)
        lengths = ends - starts
        new_ends = np.cumsum(lengths)
        shift = np.repeat(ends - new_ends, lengths)
        return RaggedIds(self.ids[np.arange(len(shift)) + shift], new_ends)


def joined(parts: Iterable[RaggedIds]) -> RaggedIds:
    """The texts of all parts, one part after the other."""
    parts = list(parts)
    ids = np.concatenate([np.zeros(0, np.int32), *(part.ids for part in parts)])
    return RaggedIds.of_lengths(ids, np.concatenate([np.zeros(0, np.int64), *(part.lengths for part in parts)]))


def write_ragged(ragged: RaggedIds, stem: Path) -> None:
    """Write `stem`.ids.npy and then `stem`.ends.npy, whose presence tells that both are whole."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for name, array in (("ids", ragged.ids), ("ends", ragged.ends)):
        path = _file(stem, name)
        with beside(path).open("wb") as file:
            np.save(file, array)
        put_in_place(beside(path), path)


def open_ragged(stem: Path) -> RaggedIds | None:
    """What `write_ragged` wrote, mapped into memory; None where it has not, or where a file was cut off since."""
    if not _file(stem, "ends").is_file():
        return None
    try:
        ids, ends = (np.load(_file(stem, name), mmap_mode="r").view(np.ndarray) for name in ("ids", "ends"))
    except (FileNotFoundError, EOFError, ValueError):
        return None
    return RaggedIds(ids, ends)


def _file(stem: Path, name: str) -> Path:
    return stem.with_name(f"{stem.name}.{name}.npy")
