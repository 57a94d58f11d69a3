"""What stands behind a SOURCE: a collection, a table, a file or a folder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from isoglot.data import storage
from isoglot.data.catalogue import open_collection
from isoglot.data.entries import ALIASES, GROUPS, SOURCES
from isoglot.errors import RequestError
from isoglot.search.documents.collection import read_collection
from isoglot.search.documents.document import Document, Skipped
from isoglot.search.documents.folder import READERS, read_file, read_folder
from isoglot.search.documents.rows import ROW_READERS, json_rows
from isoglot.search.documents.table import Columns, read_table


@dataclass(frozen=True)
class Source:
    """Documents that come from one place.

    Args:
        origin: tells this place from all others: the name of a collection, else a whole path.
        read: reads the documents, one by one.
    """

    origin: str
    read: Callable[[], Iterator[Document | Skipped]]


def open_source(text: str, columns: Columns | None = None) -> Source:
    """Find what a SOURCE means; its content is read only later.

    Args:
        text: the name of a collection, `NAME=PATH`, or the path of a folder or file.
        columns: of a table.

    Raises:
        RequestError: there is no such thing, or it is of a kind that is not read.
    """
    path = Path(text)
    if text and path.is_dir():
        if (path / storage.MARKER).is_file():
            return _collection(text, origin_of(text))
        return Source(origin_of(text), lambda: read_folder(path))
    if text and path.is_file():
        return _file(path, columns or Columns())
    name = text.partition("=")[0]
    if name not in {*SOURCES, *GROUPS, *ALIASES}:
        raise RequestError(f"{text!r} is neither a file, a folder nor the name of a collection; check the path.")
    return _collection(text, origin_of(text))


def origin_of(text: str) -> str:
    """The origin of a SOURCE, which need not exist any more.

    >>> origin_of("xquad-r=data/xquad-r")
    'xquad-r'
    """
    name = text.partition("=")[0]
    if not Path(text).exists() and name in {*SOURCES, *ALIASES}:
        return ALIASES.get(name, name)
    return str(Path(text).resolve())


def _collection(text: str, origin: str) -> Source:
    collection = open_collection(text)
    return Source(origin, lambda: read_collection(collection))


def _file(path: Path, columns: Columns) -> Source:
    origin = str(path.resolve())
    kind = "".join(path.suffixes[-2:]).lower() if path.suffix == ".gz" else path.suffix.lower()
    if kind in ROW_READERS:
        if ROW_READERS[kind] is json_rows and _is_parallel_qa(path):
            return _collection(str(path), origin)
        return Source(origin, lambda: read_table(path.name, ROW_READERS[kind](path), columns))
    if kind not in READERS:
        known = ", ".join(filter(None, [*READERS, *ROW_READERS]))
        raise RequestError(f"{path} is of a kind that is not read; give a folder or a file of {known}.")
    return Source(origin, lambda: iter([read_file(path, path.name)]))


def _is_parallel_qa(path: Path) -> bool:
    """Whether the first rows are topics with a query and a passage in each language."""
    rows = [row for _, row in islice(json_rows(path), 1)]
    return any(isinstance(row, dict) and "topic_id" in row and isinstance(row.get("text"), dict) for row in rows)
