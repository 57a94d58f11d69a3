"""Failures of writing as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isoglot.errors import IsoglotError


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say of whatever goes wrong in the block that the index could not be written.

    Raises:
        IsoglotError: LanceDB or Arrow failed, such as for a full disk.
    """
    try:
        yield
    except IsoglotError:
        raise
    except Exception as problem:  # both let errors of several kinds through
        raise IsoglotError(
            f"the index in {folder} could not be written and is as it was before: {reason_of(problem)}."
        ) from problem


def reason_of(problem: Exception) -> str:
    """The first line of what an error says, without the traceback that Arrow adds, and without a full stop."""
    text = str(problem).strip() or type(problem).__name__
    return text.splitlines()[0].partition(". Detail:")[0].rstrip(".")
