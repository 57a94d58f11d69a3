"""Rows of a table as documents: which column is what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from isoglot.errors import RequestError
from isoglot.search.documents.document import (
    Document,
    Skipped,
    UnreadableError,
    canonical_language,
    document_or_skipped,
)

IDS = ("id", "document_id", "_id")
LANGUAGES = ("language", "lang")
SOURCES = ("source", "url")


@dataclass(frozen=True)
class Columns:
    """The columns of a table that are named by the person who indexes it.

    Args:
        text: what is searched.
        id: of the documents; None for the first of `id`, `document_id` and `_id` that there is, else the row's number.
    """

    text: str = "text"
    id: str | None = None


Row = tuple[int, dict[str, Any] | str]


def read_table(name: str, rows: Iterable[Row], columns: Columns) -> Iterator[Document | Skipped]:
    """A document for each row.

    The columns `title`, `language` or `lang`, and `source` or `url` are what they say; all others become metadata.

    Args:
        name: of the file: the source of rows that state none, and the beginning of ids made of row numbers.
        rows: their numbers from 1, and their values by column, or why a row cannot be read.
        columns: which is the text, and which the id.

    Raises:
        RequestError: the first row lacks a column that was named.
    """
    first, rows = _peeked(rows)
    for column in filter(None, (columns.text, columns.id)):
        if first and column not in first:
            option = "--text-column" if column == columns.text else "--id-column"
            raise RequestError(f"{name} has no column {column!r}; give one of {', '.join(first)} with {option}.")
    for number, row in rows:
        yield _document(name, number, row, columns)


def _peeked(rows: Iterable[Row]) -> tuple[dict[str, Any] | None, Iterator[Row]]:
    """The values of the first row that can be read, and all rows again."""
    rows, seen = iter(rows), []
    for number, row in rows:
        seen.append((number, row))
        if isinstance(row, dict):
            return row, chain(seen, rows)
    return None, iter(seen)


def _document(name: str, number: int, row: dict[str, Any] | str, columns: Columns) -> Document | Skipped:
    def fields() -> dict[str, Any]:
        if isinstance(row, str):
            raise UnreadableError(row)
        return _fields(name, number, row, columns)

    return document_or_skipped(f"{name} row {number}", fields)


def _fields(name: str, number: int, row: dict[str, Any], columns: Columns) -> dict[str, Any]:
    left = dict(row)
    text = left.pop(columns.text, None)
    identity = _pop(left, (columns.id,) if columns.id else IDS)
    if columns.id and identity is None:
        raise UnreadableError(f"has no {columns.id}")
    if not isinstance(text, str):
        raise UnreadableError(f"has no text in {columns.text}")
    title, language = _pop(left, ("title",)), _pop(left, LANGUAGES)
    return {
        "document_id": f"{name}:{number}" if identity is None else identity,
        "text": text,
        "title": title or "",
        "language": canonical_language(language),
        "source": _pop(left, SOURCES) or name,
        "metadata": {column: value for column, value in left.items() if value is not None},
    }


def _pop(row: dict[str, Any], columns: Iterable[str]) -> str | None:
    """The value of the first of the columns that the row has, taken out of it; None where it is null or blank."""
    found = next((column for column in columns if column in row), None)
    value = None if found is None else row.pop(found)
    return None if value is None or not str(value).strip() else str(value)
