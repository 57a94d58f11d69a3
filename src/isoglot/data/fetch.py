"""Fetching one public file: over HTTP, from where an earlier call was cut, checked before it is taken for whole."""

import errno
import hashlib
import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from isoglot import __version__
from isoglot.errors import IsoglotError

CHUNK_BYTES = 1 << 20
TIMEOUT_SECONDS = 60
AGAIN = "run the same command again, it continues"

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class PublicFile:
    """A file that anyone may fetch.

    Args:
        url: where it is.
        checksum: `md5:…` or `sha256:…` in hexadecimal digits, empty where nobody published one.
    """

    url: str
    checksum: str = ""

    @property
    def name(self) -> str:
        """The last part of the URL."""
        return PurePosixPath(urllib.parse.urlsplit(self.url).path).name


def fetch(file: PublicFile, folder: Path, progress: Progress) -> Path:
    """Fetch a file into `folder`, under its own name once it is whole; before that it grows as `<name>.partial`.

    Args:
        file: what to fetch; not fetched again where it is whole already.
        folder: where to put it.
        progress: called with the file's name, the bytes that have come and the bytes there are (None: not known).

    Raises:
        IsoglotError: it did not come, or with another checksum.
        OSError: it cannot be written.
    """
    path = folder / file.name
    if not path.exists():
        partial = folder / f"{file.name}.partial"
        _receive(file, partial, progress)
        _check(file, partial)
        partial.rename(path)
    return path


def digest(path: Path, algorithm: str) -> str:
    """The checksum of a file, in hexadecimal digits."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest()


def is_full_disk(problem: BaseException) -> bool:
    """Whether there was no room to write."""
    return isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)


def _receive(file: PublicFile, partial: Path, progress: Progress) -> None:
    start = partial.stat().st_size if partial.exists() else 0
    headers = {"User-Agent": f"isoglot/{__version__}"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(file.url, headers=headers), timeout=TIMEOUT_SECONDS) as body:
            _append(body, partial, start if body.status == http.HTTPStatus.PARTIAL_CONTENT else 0, file.name, progress)
    except urllib.error.HTTPError as problem:
        _accept_end(file, partial, problem)
    except (OSError, http.client.HTTPException) as problem:
        if is_full_disk(problem):
            raise
        reason = getattr(problem, "reason", None) or problem
        raise IsoglotError(f"{file.url} did not come ({reason}); check the network and {AGAIN}.") from problem


def _append(body: http.client.HTTPResponse, partial: Path, start: int, name: str, progress: Progress) -> None:
    length = body.headers.get("Content-Length")
    total = start + int(length) if length else None
    done = start
    with partial.open("ab" if start else "wb") as out:
        while chunk := body.read(CHUNK_BYTES):
            out.write(chunk)
            done += len(chunk)
            progress(name, done, total)
    if total is not None and done < total:
        raise ConnectionError(f"the connection was cut after {done:,} of {total:,} bytes")


def _accept_end(file: PublicFile, partial: Path, problem: urllib.error.HTTPError) -> None:
    """Take the answer that nothing is left to send for success, and every other error for what it is."""
    if problem.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and partial.exists():
        if problem.headers.get("Content-Range") == f"bytes */{partial.stat().st_size}":
            return
        partial.unlink()
    answer = f"{file.url} answers {problem.code} {problem.reason}"
    raise IsoglotError(f"{answer}; try again later, or give a local copy.") from problem


def _check(file: PublicFile, partial: Path) -> None:
    algorithm, _, expected = file.checksum.partition(":")
    if expected and (found := digest(partial, algorithm)) != expected:
        partial.unlink()
        raise IsoglotError(
            f"{file.url} came with the {algorithm} {found} instead of {expected} and was deleted; try again, "
            "or give a local copy."
        )
