"""A request from what a person typed; what is wrong with it is one sentence."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from isoglot.errors import RequestError
from isoglot.search.request import SearchRequest, check_balance
from isoglot.search.service.sentences import sentence_of


def request_of(**fields: Any) -> SearchRequest:
    """The request with these fields.

    Raises:
        RequestError: a value cannot be asked for, or two do not go together whatever the index.

    >>> request_of(question="Wo?", k=0)
    Traceback (most recent call last):
    isoglot.errors.RequestError: k is 0: input should be greater than or equal to 1.
    """
    try:
        request = SearchRequest(**fields)
    except ValidationError as problem:
        raise RequestError(sentence_of(problem.errors())) from problem
    check_balance(request)
    return request


def filters(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Filters from column:value texts; of a column that is named again any of its values will do.

    Raises:
        RequestError: a text has no colon, or no column before it.

    >>> filters(["year:2024", "author:Ana", "author:Bo"])
    {'year': ('2024',), 'author': ('Ana', 'Bo')}
    """
    values: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        column, colon, value = text.partition(":")
        if not (column and colon):
            raise RequestError(f"where is {text[:60]!r}; write it as column:value.")
        values[column].append(value)
    return {column: tuple(several) for column, several in values.items()}
