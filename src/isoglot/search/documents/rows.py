"""Rows of JSON lines, CSV and Parquet files, one by one: a file may be larger than memory."""

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from isoglot.errors import RequestError
from isoglot.search.documents.table import Row

LONGEST_ROW = 100_000_000
DELIMITERS = ",;\t|"
PARQUET_ROWS = 256


def json_rows(path: Path) -> Iterator[Row]:
    """Rows of a `.jsonl` or `.jsonl.gz` file; blank lines are none.

    Raises:
        RequestError: the file cannot be read.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(_lines(cast("BinaryIO", file)), start=1):
                if line is None:
                    yield number, f"is longer than {LONGEST_ROW:,} bytes"
                elif line.strip():
                    yield number, _object(line)
    except (OSError, EOFError, zlib.error) as problem:
        raise _unreadable(path, problem) from problem


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Lines of a file; None for one that is too long."""
    while line := file.readline(LONGEST_ROW):
        if len(line) == LONGEST_ROW and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_ROW)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line


def _object(line: bytes) -> dict[str, Any] | str:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "is not UTF-8"
    except (ValueError, RecursionError):
        return "is not JSON"
    return row if isinstance(row, dict) else "is not a JSON object"


def csv_rows(path: Path) -> Iterator[Row]:
    """Rows of a file of values between commas, semicolons, tabulators or bars, whose first line names the columns.

    Raises:
        RequestError: the file cannot be read.
    """
    csv.field_size_limit(LONGEST_ROW)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            header = file.readline(LONGEST_ROW)
            file.seek(0)
            rows = csv.DictReader(file, delimiter=max(DELIMITERS, key=header.count))
            yield from ((number, _values(row)) for number, row in enumerate(rows, start=1))
    except (OSError, csv.Error) as problem:
        raise _unreadable(path, problem) from problem


def _values(row: dict[str | Any, Any]) -> dict[str, Any] | str:
    if None in row:
        return "has more values than the first line has columns"
    try:
        "".join(value or "" for value in row.values()).encode()
    except UnicodeEncodeError:
        return "is not UTF-8"
    return {column: value for column, value in row.items() if column}


def parquet_rows(path: Path) -> Iterator[Row]:
    """Rows of a Parquet file.

    Raises:
        RequestError: the file cannot be read.
    """
    try:
        number = 0
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(PARQUET_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (OSError, UnicodeDecodeError, pa.ArrowException) as problem:
        raise _unreadable(path, problem) from problem


ROW_READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": json_rows,
    ".jsonl.gz": json_rows,
    ".csv": csv_rows,
    ".tsv": csv_rows,
    ".parquet": parquet_rows,
}


def _unreadable(path: Path, problem: Exception) -> RequestError:
    return RequestError(f"{path} cannot be read: {str(problem).splitlines()[0].rstrip('.')}.")
