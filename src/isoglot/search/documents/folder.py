"""Files of a folder and all below it, each one a document."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from isoglot.search.documents.document import (
    Content,
    Document,
    OutOfReachError,
    Skipped,
    UnreadableError,
    document_or_skipped,
)
from isoglot.search.documents.html import read_html
from isoglot.search.documents.markdown import read_markdown
from isoglot.search.documents.pdf import read_pdf
from isoglot.search.documents.text import read_text

READERS: dict[str, Callable[[bytes], Content]] = {
    "": read_text,  # README, copyright, …
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".pdf": read_pdf,
}
# Larger files would take all memory; the tree of a page takes some 50 times its size.
MOST_BYTES = 100_000_000
MOST_BYTES_OF_A_PAGE = 20_000_000
PAGES = (read_html, read_markdown)


def read_folder(folder: Path) -> Iterator[Document | Skipped]:
    """Every text, Markdown, HTML and PDF file, in the order of their paths; hidden files and folders are passed over.

    The id and source of a document is its path, which begins with the folder's name.
    """
    root = folder.resolve()
    closed: list[OSError] = []
    for path in _files(root, closed):
        yield read_file(path, _name(root, path))
    for problem in closed:
        name = _name(root, Path(problem.filename)).encode("utf-8", "replace").decode()
        yield Skipped(name, str(OutOfReachError(problem)), is_out_of_reach=True)


def read_file(path: Path, name: str) -> Document | Skipped:
    """The file as a document with `name` as its id and source."""
    shown = name.encode("utf-8", "replace").decode()

    def fields() -> dict[str, Any]:
        if shown != name:
            raise UnreadableError("has a name that is not UTF-8")
        content = _content(path)
        return {"document_id": name, "source": name, **vars(content)}

    return document_or_skipped(shown, fields)


def _content(path: Path) -> Content:
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise UnreadableError(f"is of a kind that is not read ({suffix})")
    read = READERS[suffix]
    most = MOST_BYTES_OF_A_PAGE if read in PAGES else MOST_BYTES
    try:
        if (size := path.stat().st_size) > most:
            raise UnreadableError(f"is too large ({size:,} bytes of at most {most:,})")
        data = path.read_bytes()
    except FileNotFoundError as problem:
        raise UnreadableError("was deleted meanwhile") from problem
    except OSError as problem:
        raise OutOfReachError(problem) from problem
    return read(data)


def _name(root: Path, path: Path) -> str:
    return f"{root.name}/{path.relative_to(root).as_posix()}"


def _files(root: Path, closed: list[OSError]) -> Iterator[Path]:
    """Files of a folder; what went wrong with folders that cannot be read is appended to `closed`."""
    for folder, folders, names in os.walk(root, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = (Path(folder, name) for name in sorted(names) if not name.startswith("."))
        yield from (path for path in paths if path.is_file())
