"""A request from what a person typed; what is wrong with it is one sentence."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from isoglot.errors import RequestError
from isoglot.search.request import SearchRequest
from isoglot.search.service.sentences import sentence_of


def request_of(**fields: Any) -> SearchRequest:
    """The request with these fields.

    Raises:
        RequestError: a value cannot be asked for.

    >>> request_of(question="Wo?", k=0)
    Traceback (most recent call last):
    isoglot.errors.RequestError: k is 0: input should be greater than or equal to 1.
    """
    try:
        return SearchRequest(**fields)
    except ValidationError as problem:
        raise RequestError(sentence_of(problem.errors())) from problem


def conditions(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Values of columns from texts COLUMN=VALUE; of a column that is named again any of its values will do.

    Raises:
        RequestError: a text has no equals sign, or no column before it.

    >>> conditions(["year=2024", "year=2025", "author=Ana"])
    {'year': ('2024', '2025'), 'author': ('Ana',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        column, sign, value = text.partition("=")
        if not (column and sign):
            raise RequestError(f"{text!r} is no condition; write COLUMN=VALUE, such as year=2024.")
        found[column] = (*found.get(column, ()), value)
    return found
