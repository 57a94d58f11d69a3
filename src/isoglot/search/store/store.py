"""The store of record: passages in a LanceDB table, every change of which is one version, there whole or not at all."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Self

import lancedb
import pyarrow as pa

from isoglot.errors import IsoglotError, RequestError
from isoglot.search.store.failures import reason_of, writing
from isoglot.search.store.gone import GONE, THERE, gone_rows
from isoglot.search.store.schema import FORMAT, TABLE, Settings, passages_schema

TABLE_FOLDER = f"{TABLE}.lance"
DERIVED_FOLDER = "derived"
PARTIAL = ".partial"
BATCH_ROWS = 8_192
# Who opened an older version this long ago may still read from it.
KEPT = timedelta(days=1)
# Many small files make reading slow, and rows that are gone still take their place.
MANY_FRAGMENTS = 64
# Documents in one condition.
ASKED = 10_000
ID_COLUMNS = ("passage_id", "document_id")


class Store:
    """One version of the passages of an index, from `open`, `create` or the last `commit`.

    Other processes may commit meanwhile: what is read here stays as it was.

    Args:
        folder: the index.
        table: an open LanceDB table of `passages_schema`.
    """

    def __init__(self, folder: Path, table: Any) -> None:
        self.folder = folder
        self._table = table
        self.settings = _settings(folder, table.schema)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The newest version of an index.

        Raises:
            RequestError: there is no index, or one of another format.
            IsoglotError: it is there and cannot be read.
        """
        if not is_index(folder):
            raise RequestError(f"{folder} holds no index; make one with `isoglot index SOURCE --out {folder}`.")
        try:
            table = lancedb.connect(folder).open_table(TABLE)
        except Exception as problem:  # LanceDB lets errors of several kinds through
            raise IsoglotError(f"the index in {folder} cannot be opened: {reason_of(problem)}.") from problem
        return cls(folder, table)

    @classmethod
    def create(cls, folder: Path, settings: Settings, rows: Iterable[pa.RecordBatch]) -> Self:
        """A new index of these rows of `passages_schema`; until all are written there is none.

        Raises:
            RequestError: the folder holds an index already.
            IsoglotError: it cannot be written.
        """
        if is_index(folder):
            raise RequestError(f"{folder} holds an index already; choose another --out.")
        schema = settings.into(passages_schema(settings.dimensions))
        partial = folder / PARTIAL
        shutil.rmtree(partial, ignore_errors=True)
        try:
            with writing(folder):
                lancedb.connect(partial).create_table(TABLE, _reader(rows, schema), schema=schema)
                (partial / TABLE_FOLDER).rename(folder / TABLE_FOLDER)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return cls.open(folder)

    @property
    def version(self) -> int:
        """Of the table; a change, and also putting its files together, makes another."""
        return self._table.version

    @property
    def count(self) -> int:
        """Passages."""
        return self._table.count_rows(THERE)

    def batches(self, columns: Sequence[str], where: str | None = None) -> Iterator[pa.RecordBatch]:
        """Columns of all passages, read piece by piece, in an order that is the same for every reading of a version.

        Args:
            columns: names of `passages_schema`.
            where: an SQL condition on its columns; none for all passages.
        """
        chosen = THERE if where is None else f"{THERE} AND ({where})"
        yield from self._table.search().select(list(columns)).where(chosen).to_batches(BATCH_ROWS)

    def commit(self, rows: Iterable[pa.RecordBatch], removed: Sequence[str] = ()) -> None:
        """Change the index in one version: killed at any moment, it holds all of the change or nothing.

        Memory grows with the ids that are removed, and not with the rows or the table.

        Args:
            rows: passages to add, which can be read more than once; one with the `passage_id` of another replaces it.
            removed: ids of documents whose passages go, those that `rows` brings again aside.

        Raises:
            IsoglotError: it cannot be written; the index is as it was.
        """
        with writing(self.folder):
            self._tidy()
            gone = self._gone(rows, set(removed))
            schema = self._table.schema
            merge = self._table.merge_insert("passage_id").when_matched_update_all().when_not_matched_insert_all()
            merge.execute(_reader(chain(rows, gone_rows(gone, schema)), schema))
        if gone:
            with suppress(Exception):  # such as a full disk; they are not shown, and the next change deletes them
                self._table.delete(GONE)

    def _gone(self, rows: Iterable[pa.RecordBatch], removed: set[str]) -> list[str]:
        """Ids of the passages of these documents that no row replaces."""
        if not removed:
            return []
        pairs = (zip(*(batch[name].to_pylist() for name in ID_COLUMNS), strict=True) for batch in rows)
        replaced = {passage for batch in pairs for passage, document in batch if document in removed}
        held = (passage for part in _parts(sorted(removed)) for passage in self._passages(part))
        return [passage for passage in held if passage not in replaced]

    def _passages(self, documents: Iterable[str]) -> Iterator[str]:
        """Ids of the passages of documents."""
        for batch in self.batches(["passage_id"], f"document_id IN ({', '.join(map(quoted, documents))})"):
            yield from batch["passage_id"].to_pylist()

    def _tidy(self) -> None:
        """Put many small files together; done before a change, since the change then is the last version."""
        if self._table.stats()["fragment_stats"]["num_fragments"] > MANY_FRAGMENTS:
            self._table.optimize(cleanup_older_than=KEPT)


def is_index(folder: Path) -> bool:
    """Whether a folder holds an index, of whatever format."""
    return (folder / TABLE_FOLDER).is_dir()


def quoted(text: str) -> str:
    """A text as SQL has it.

    >>> quoted("l'eau")
    "'l''eau'"
    """
    return "'" + text.replace("'", "''") + "'"


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + ASKED] for start in range(0, len(ids), ASKED))


def _reader(rows: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in rows))


def _settings(folder: Path, schema: pa.Schema) -> Settings:
    try:
        settings = Settings.of(schema)
    except (KeyError, TypeError, ValueError) as problem:
        raise RequestError(
            f"the index in {folder} was not made by this version of isoglot (format {FORMAT}); "
            "make it again, or use the version that made it."
        ) from problem
    if settings.format != FORMAT:
        raise RequestError(
            f"the index in {folder} has format {settings.format} and this version of isoglot reads {FORMAT}; "
            "make it again, or use the version that made it."
        )
    return settings
