"""One writer at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from isoglot.errors import IsoglotError, RequestError
from isoglot.search.store.store import DERIVED_FOLDER, PARTIAL, is_index


class BusyError(IsoglotError):
    """Another process writes to the index."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one who writes to an index, which need not exist yet; the end of the process ends it too.

    A folder that had to be made for it and is empty in the end is removed.

    Raises:
        RequestError: the folder holds something that is no index.
        BusyError: another process is writing to it.
        IsoglotError: the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileExistsError, NotADirectoryError) as problem:
        raise RequestError(f"{folder} cannot be a folder, there is a file; choose another --out.") from problem
    except OSError as problem:
        raise IsoglotError(f"{folder} cannot be made: {problem.strerror}.") from problem
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _check_free(folder)
        yield
    except BlockingIOError as problem:
        raise BusyError(f"the index in {folder} is being written by another process; try again later.") from problem
    finally:
        with suppress(OSError):  # it is not empty
            folder.rmdir()
        os.close(place)


def _check_free(folder: Path) -> None:
    ours = {PARTIAL, DERIVED_FOLDER}
    if not is_index(folder) and any(path.name not in ours for path in folder.iterdir()):
        raise RequestError(f"{folder} exists and holds no index; choose another --out.")
