"""Segments: pairs of immutable .npy files, one row per text, the vectors and what tells them.

A segment is there once its second file, `*.texts.npy`, is: it is written beside and renamed when the vectors are on the
disk. So nobody sees half a segment, whoever is killed whenever, and writers need not know of each other.
"""

import os
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# The hash of a text, and a checksum of its vector: a damaged vector is noticed when it is read.
ROW = np.dtype([("text", "S16"), ("check", "<u4")])
TEXTS, VECTORS, PARTIAL = ".texts.npy", ".vectors.npy", ".partial"
LEFT_OVER_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Segment:
    """One pair of files.

    Args:
        path: the file of rows.
        rows: of dtype `ROW`, shape [n].
        vectors: memory-mapped, shape [n, d].
    """

    path: Path
    rows: NDArray[np.void]
    vectors: Floats


def text_hashes(texts: Sequence[str]) -> NDArray[np.bytes_]:
    """The hash that stands for each text, 16 bytes."""
    return np.array([blake2b(text.encode(), digest_size=16).digest() for text in texts], "S16")


def checksums(vectors: Floats) -> NDArray[np.uint32]:
    """CRC-32 of each vector's bytes, shape [n]."""
    return np.fromiter(map(zlib.crc32, np.ascontiguousarray(vectors, "<f4")), np.uint32, len(vectors))


def rows_of(texts: Sequence[str], vectors: Floats) -> NDArray[np.void]:
    """The rows that tell these vectors."""
    rows = np.empty(len(texts), ROW)
    rows["text"], rows["check"] = text_hashes(texts), checksums(vectors)
    return rows


def write_segment(folder: Path, rows: NDArray[np.void], vectors: Floats) -> None:
    """Write a segment whole or not at all.

    Raises:
        OSError: the disk is full or cannot be written.
    """
    name = uuid4().hex
    vector_file, partial = folder / f"{name}{VECTORS}", folder / f"{name}{PARTIAL}"
    try:
        _write(vector_file, np.asarray(vectors, "<f4"))
        _write(partial, rows)
        partial.rename(folder / f"{name}{TEXTS}")
    except BaseException:
        partial.unlink(missing_ok=True)
        vector_file.unlink(missing_ok=True)
        raise


def _write(path: Path, array: NDArray) -> None:
    with path.open("xb") as file:
        np.save(file, array)
        file.flush()
        os.fsync(file.fileno())


def read_segments(folder: Path) -> Iterator[Segment]:
    """Every whole segment; files that are cut off or are no segment are passed over."""
    for path in folder.glob(f"*{TEXTS}"):
        segment = _read(path)
        if segment is not None:
            yield segment


def _read(path: Path) -> Segment | None:
    try:
        rows = np.array(np.lib.format.open_memmap(path, mode="r"))
        vectors = np.lib.format.open_memmap(vectors_of(path), mode="r")
    except Exception:  # noqa: BLE001 (gone meanwhile, cut off, or damaged: numpy lets any error of a parser through)
        return None
    is_whole = rows.dtype == ROW and vectors.dtype == np.dtype("<f4") and vectors.ndim == 2
    return Segment(path, rows, vectors) if is_whole and rows.shape == vectors.shape[:1] else None


def vectors_of(path: Path) -> Path:
    """The file of vectors of a file of rows."""
    return path.with_name(path.name.removesuffix(TEXTS) + VECTORS)


def remove_segment(path: Path) -> None:
    """Remove a segment, its file of rows first; a reader that has it open keeps what it sees."""
    path.unlink(missing_ok=True)
    vectors_of(path).unlink(missing_ok=True)


def remove_left_overs(folder: Path) -> None:
    """Remove what killed writers left a day ago or earlier: partial files, and vectors without rows."""
    oldest = time.time() - LEFT_OVER_SECONDS
    for path in [*folder.glob(f"*{PARTIAL}"), *folder.glob(f"*{VECTORS}")]:
        is_told = path.with_name(path.name.removesuffix(VECTORS) + TEXTS).exists()
        with suppress(FileNotFoundError):  # its writer has finished, or someone else removed it
            if not is_told and path.stat().st_mtime < oldest:
                path.unlink()
