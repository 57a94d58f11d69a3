"""Rows on their way into an index, on the disk: there may be more of them than memory holds."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from isoglot.search.store.failures import writing


class Spool:
    """Batches that are written one by one, and can then be read, as often as wanted, until the block ends.

    The file has no name, so that nothing is left of it after a kill.

    Args:
        folder: of the index; the file lies on its disk.
        schema: of the batches.
    """

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.schema, self.rows = schema, 0
        self._folder = folder
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed at the end of the block
        self._writer = pa.ipc.new_file(self._file, schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        with suppress(OSError):  # the disk is full; what is in the file is not needed any more
            self._file.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add a batch.

        Raises:
            IsoglotError: the disk is full or cannot be written.
        """
        with writing(self._folder):
            self._writer.write_batch(batch)
        self.rows += batch.num_rows

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """All batches in order; nothing can be added afterwards."""
        with writing(self._folder):
            self._writer.close()
            self._file.flush()
        reader = pa.ipc.open_file(pa.PythonFile(os.fdopen(os.dup(self._file.fileno()), "rb"), mode="r"))
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)
