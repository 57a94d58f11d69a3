"""The errors a person sees: one sentence that says what is wrong and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class IsoglotError(Exception):
    """The work failed; the command line ends with exit code 1."""

    exit_code = 1


class RequestError(IsoglotError):
    """The request was wrong (a name, a value, a missing file); exit code 2."""

    exit_code = 2


def unknown(kind: str, name: str, known: Iterable[str]) -> RequestError:
    """The error for a name that does not exist, with the nearest one that does.

    >>> str(unknown("strategy", "hybird", ["mixed", "hybrid"]))
    "There is no strategy 'hybird'; did you mean 'hybrid'? Known: mixed, hybrid."
    """
    known = list(known)
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    instead = f"did you mean {near[0]!r}? Known" if near else "known"
    return RequestError(f"There is no {kind} {name!r}; {instead}: {', '.join(known)}.")


def missing_extra(what: str, extra: str) -> RequestError:
    """The error for something whose libraries are not installed.

    >>> str(missing_extra("A report", "report"))
    "A report needs the extra report: run pip install 'isoglot[report]', or in a clone pip install -e '.[report]'."
    """
    return RequestError(
        f"{what} needs the extra {extra}: run pip install 'isoglot[{extra}]', or in a clone "
        f"pip install -e '.[{extra}]'."
    )
