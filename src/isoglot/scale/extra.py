"""The library that only more than one machine needs."""

from importlib.util import find_spec

from isoglot.errors import RequestError

MISSING_EXTRA = "Work on a Ray cluster needs the extra scale: run pip install 'isoglot[scale]'."


def check_extra() -> None:
    """Refuse before any work if Ray is not installed; raises RequestError."""
    if not find_spec("ray"):
        raise RequestError(MISSING_EXTRA)
