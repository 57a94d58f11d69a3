"""Failures of writing as one sentence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isoglot.errors import IsoglotError

PLACE = re.compile(r"\. Detail: .*|, \S+\.rs:\d+(?::\d+)?")


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
    """The first line of what an error says, without the places in the code that Arrow and Lance add.

    >>> reason_of(RuntimeError("No space left on device, /root/lance-file/src/writer.rs:191:9"))
    'No space left on device'
    """
    text = str(problem).strip() or type(problem).__name__
    return PLACE.sub("", text.splitlines()[0]).rstrip(".")
