"""The libraries that only a search index needs."""

from importlib.util import find_spec

from isoglot.errors import RequestError

LIBRARIES = ("bs4", "lancedb", "lingua", "pypdf", "sentencex")
MISSING_EXTRA = "A search index needs the extra search: run pip install 'isoglot[search]'."


def check_extra() -> None:
    """Refuse before any work if a library of the extra is not installed; raises RequestError."""
    if not all(map(find_spec, LIBRARIES)):
        raise RequestError(MISSING_EXTRA)
