"""The library that only more than one machine needs."""

from importlib.util import find_spec

from isoglot.errors import missing_extra


def check_extra() -> None:
    """Refuse before any work if Ray is not installed; raises RequestError."""
    if not find_spec("ray"):
        raise missing_extra("Work on a Ray cluster", "scale")
