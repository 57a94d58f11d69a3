"""Opens what was derived from a version of the store, and derives it first where it is not there or damaged."""

import shutil
from pathlib import Path

from isoglot.errors import IsoglotError
from isoglot.search.derived.derive import derive
from isoglot.search.derived.derived import Derived, read_derived
from isoglot.search.store.store import Store

DERIVED_FOLDER = "derived"
# Another process may remove a version just when it is opened here, or derive it at the same time.
ATTEMPTS = 3
# What the libraries raise that read the files.
DAMAGE = (OSError, ValueError, KeyError, EOFError)


def open_derived(store: Store) -> Derived:
    """What answers for this version of the store.

    Older versions are removed once this one stands. Who has them open goes on with them, since files that are mapped
    into memory outlive their names.

    Raises:
        IsoglotError: it cannot be read, nor written again.
    """
    folder = store.folder / DERIVED_FOLDER / str(store.version)
    problem: BaseException | None = None
    for _ in range(ATTEMPTS):
        if not folder.is_dir():
            _derive(store, folder)
        try:
            return read_derived(folder)
        except DAMAGE as damage:
            problem = damage
            shutil.rmtree(folder, ignore_errors=True)
    raise IsoglotError(f"what answers for the index in {store.folder} cannot be read: {problem}.") from problem


def _derive(store: Store, folder: Path) -> None:
    try:
        derive(store, folder)
    except OSError as refused:
        raise IsoglotError(
            f"what answers for the index cannot be written to {folder.parent}: {refused.strerror or refused}; "
            "make room, and allow writing there."
        ) from refused
    for other in folder.parent.iterdir():
        # Also what a process that was killed left: .VERSION.PROCESS.partial
        if (version := other.name.strip(".").split(".")[0]).isdigit() and int(version) < store.version:
            shutil.rmtree(other, ignore_errors=True)
