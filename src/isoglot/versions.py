"""What made a result: the versions of Python and of libraries."""

import platform
from collections.abc import Sequence
from importlib.metadata import version


def versions_of(libraries: Sequence[str]) -> dict[str, str]:
    """The version of each library, as it is installed, after that of Python.

    >>> list(versions_of(["isoglot", "torch"]))
    ['python', 'isoglot', 'torch']
    """
    return {"python": platform.python_version(), **{name: version(name) for name in libraries}}
