"""Writing so that nothing half-written is ever seen: write beside, then rename."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isoglot.errors import RequestError


def beside(path: Path) -> Path:
    """The temporary name next to `path` under which its content is written first."""
    path = path.resolve()
    return path.with_name(f".{path.name}.partial")


def put_in_place(new: Path, place: Path) -> None:
    """Rename a written file or folder, so that after a power cut too its place holds all of it or what was there.

    A rename may reach the disk before what is renamed does, which is therefore waited for. Returns once the rename is
    on the disk as well: what is removed after that has been replaced.
    """
    _wait_for_disk(new)
    _rename(new, place)


def _wait_for_disk(new: Path) -> None:
    for path in (*new.rglob("*"), new):
        if not path.is_symlink():
            _wait_for(path)


def _rename(new: Path, place: Path) -> None:
    new.replace(place)
    _wait_for(place.parent)


def _wait_for(path: Path) -> None:
    """Return once the disk holds what was written into a file, or the names in a folder."""
    if os.name != "posix":  # folders cannot be opened there
        return
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as problem:
        if problem.errno != errno.EINVAL:  # a network file system that cannot be waited for
            raise
    finally:
        os.close(opened)


def cache_folder() -> Path:
    """Where isoglot keeps what it can compute again: `$ISOGLOT_HOME`, else `isoglot` in the user's cache folder."""
    if home := os.environ.get("ISOGLOT_HOME"):
        return Path(home)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isoglot"


def check_output(folder: Path, marker: str, overwrite: bool) -> None:
    """Refuse an output folder that is in use.

    Args:
        folder: where the result shall stand.
        marker: the file that tells a finished run of this kind; only a folder that holds it is ever replaced.
        overwrite: whether a finished run may be replaced.

    Raises:
        RequestError: the folder holds a finished run and `overwrite` is False, or holds something else.
    """
    above = next(parent for parent in folder.resolve().parents if parent.exists())
    if not above.is_dir():
        raise RequestError(f"{above} is a file, so {folder} cannot be a folder; choose another --out.")
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() and not (folder / marker).is_file():
        raise RequestError(f"{folder} exists and holds no finished run ({marker}); choose another --out.")
    if folder.exists() and not overwrite:
        raise RequestError(f"{folder} already holds a finished run; add --overwrite to replace it.")


def replace_folder(new: Path, folder: Path, marker: str, overwrite: bool) -> None:
    """Put the finished folder `new` in the place of `folder`, whose old content goes only then.

    Raises:
        RequestError: something came into the place meanwhile (see `check_output`); `new` stays where it is.
    """
    check_output(folder, marker, overwrite)
    _give_usual_rights(new)
    place = folder.resolve()
    _wait_for_disk(new)  # before the old one moves: nothing stands in the place for a moment only
    if place.exists():
        old = beside(place).with_suffix(".old")
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
        _rename(new, place)
        shutil.rmtree(old)
    else:
        _rename(new, place)


def _give_usual_rights(folder: Path) -> None:
    """Let files be read by whom any new file can be read: safetensors writes weights for their owner alone."""
    probe = folder / ".rights"
    probe.touch()
    usual = probe.stat().st_mode
    probe.unlink()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(usual)


@contextmanager
def new_folder(folder: Path, marker: str, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary folder to write in; it becomes `folder` when the block ends without an error.

    Raises:
        RequestError: see `check_output`.
    """
    check_output(folder, marker, overwrite)
    temporary = beside(folder).with_suffix(".new")  # not what an unfinished training of that name goes on from
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    replace_folder(temporary, folder, marker, overwrite)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file whole or not at all."""
    temporary = beside(path)
    try:
        temporary.write_text(text, encoding="utf-8")
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
