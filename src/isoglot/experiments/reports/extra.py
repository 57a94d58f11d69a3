"""The libraries that only a report needs."""

from importlib.util import find_spec

from isoglot.errors import missing_extra


def check_extra() -> None:
    """Refuse before any work if matplotlib or Jinja is not installed; raises RequestError."""
    if not (find_spec("matplotlib") and find_spec("jinja2")):
        raise missing_extra("A report", "report")
