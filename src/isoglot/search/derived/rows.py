"""The rows of a derived index: passages sorted by language, in flat files that open without being read."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import numpy as np
import pyarrow as pa

from isoglot.search.derived.facets import FacetWriter
from isoglot.search.store.store import Store

VECTORS_FILE, DOCUMENTS_FILE, TIES_FILE = "vectors.f32", "documents.i32", "ties.u32"
ARRAY_FILES = (VECTORS_FILE, DOCUMENTS_FILE, TIES_FILE)
SHOWN_COLUMNS = ("passage_id", "document_id", "language_confidence", "title", "text", "source", "metadata")


def texts_file(folder: Path, block: int) -> Path:
    """Where the texts of a language are."""
    return folder / f"passages-{block}.arrow"


def write_rows(store: Store, folder: Path) -> tuple[dict[str, int], int]:
    """Write all passages of a store, those of a language one after the other in the order of the store.

    Files are `vectors.f32` [N, d], `documents.i32` [N] (a number for each document), `ties.u32` [N] (a hash of the
    passage id, which orders equal scores so that no language comes first), the texts, and the facets.

    Returns:
        Passages of each language in the order of the rows, and the number of documents.
    """
    counts = count_languages(store)
    rows = Rows(folder, counts)
    with ExitStack() as files:
        rows.open(files)
        for batch in store.batches([*SHOWN_COLUMNS, "language", "vector"]):
            for language in batch["language"].unique().to_pylist():
                rows.add(language, batch.filter(pa.compute.equal(batch["language"], language)))
    rows.finish()
    return counts, len(rows.numbers)


def count_languages(store: Store) -> dict[str, int]:
    """Passages of each language, sorted by language."""
    found: Counter[str] = Counter()
    for batch in store.batches(["language"]):
        found.update(batch["language"].to_pylist())
    return dict(sorted(found.items()))


class Rows:
    """Writes rows at the places of their language."""

    def __init__(self, folder: Path, counts: dict[str, int]) -> None:
        self.numbers: dict[str, int] = {}
        self._folder, self._languages = folder, {language: block for block, language in enumerate(counts)}
        self._next = np.concatenate([[0], np.cumsum(list(counts.values()))]).astype(int)
        self._facets = FacetWriter(int(self._next[-1]))
        self._texts: list[Any] = []
        self._arrays: dict[str, BinaryIO] = {}

    def open(self, files: ExitStack) -> None:
        """Open the files of texts and arrays, to be closed with the stack."""
        self._texts = [
            files.enter_context(pa.ipc.new_file(texts_file(self._folder, block), _texts_schema()))
            for block in self._languages.values()
        ]
        self._arrays = {name: files.enter_context((self._folder / name).open("wb")) for name in ARRAY_FILES}

    def add(self, language: str, batch: pa.RecordBatch) -> None:
        """Take passages of one language."""
        block = self._languages[language]
        start = self._next[block]
        rows = range(start, start + batch.num_rows)
        self._next[block] = rows.stop
        self._put(VECTORS_FILE, start, batch["vector"].flatten().to_numpy().reshape(len(rows), -1))
        self._put(DOCUMENTS_FILE, start, np.array(list(self._document_numbers(batch)), np.int32))
        ties = [crc32(name.encode()) for name in batch["passage_id"].to_pylist()]
        self._put(TIES_FILE, start, np.array(ties, np.uint32))
        self._facets.add(rows, batch["source"].to_pylist(), batch["metadata"].to_pylist())
        self._texts[block].write_batch(batch.select(list(SHOWN_COLUMNS)).cast(_texts_schema()))

    def finish(self) -> None:
        """Write what is written at the end."""
        self._facets.write(self._folder)

    def _put(self, name: str, start: int, values: np.ndarray) -> None:
        """Write rows of an array; not through a memory map, where a full disk would end the process."""
        file = self._arrays[name]
        file.seek(start * values[0].nbytes)
        file.write(values.data)

    def _document_numbers(self, batch: pa.RecordBatch) -> Iterator[int]:
        for document in batch["document_id"].to_pylist():
            yield self.numbers.setdefault(document, len(self.numbers))


def read_array(path: Path, kind: type[np.generic], shape: tuple[int, ...]) -> np.ndarray:
    """Memory-map an array; raises ValueError where the file has another size."""
    if path.stat().st_size != int(np.prod(shape)) * np.dtype(kind).itemsize:
        raise ValueError(f"{path} is damaged")
    # A plain view: slices of memmap itself are slow to make.
    return np.asarray(np.memmap(path, kind, "r", shape=shape)) if np.prod(shape) else np.empty(shape, kind)


def _texts_schema() -> pa.Schema:
    kinds = {"language_confidence": pa.float32()}
    return pa.schema([pa.field(column, kinds.get(column, pa.string())) for column in SHOWN_COLUMNS])
