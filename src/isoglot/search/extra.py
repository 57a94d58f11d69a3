"""The libraries that only a search index needs."""

from importlib.util import find_spec

from isoglot.errors import missing_extra

LIBRARIES = ("bs4", "lancedb", "lingua", "markdown_it", "pypdf", "sentencex")


def check_extra() -> None:
    """Refuse before any work if a library of the extra is not installed; raises RequestError."""
    if not all(map(find_spec, LIBRARIES)):
        raise missing_extra("A search index", "search")
