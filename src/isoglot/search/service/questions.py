"""A question in the query string of a GET, for curl and links."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema
from pydantic_core import from_json

from isoglot.errors import RequestError
from isoglot.search.request import SearchRequest, Value

Filter = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[^:]+:"})]
Filters = Annotated[
    tuple[Filter, ...], Field(description="column:value that a hit must have; of one column several for any of them")
]


class SearchQuery(SearchRequest):
    """A SearchRequest whose filters are written as column:value."""

    where: Filters = ()  # type: ignore[assignment]

    def request(self) -> SearchRequest:
        """The request that is meant; raises RequestError for a filter without a colon."""
        return SearchRequest(**{**dict(self), "where": filters(self.where)})


def filters(texts: Iterable[str]) -> dict[str, Any]:
    """Filters from column:value texts.

    >>> filters(["year:2024", "author:Ana", "author:Bo"])
    {'year': (2024,), 'author': ('Ana', 'Bo')}
    """
    values: dict[str, list[Value]] = defaultdict(list)
    for text in texts:
        column, colon, value = text.partition(":")
        if not (column and colon):
            raise RequestError(f"where is {text[:60]!r}; write it as column:value.")
        values[column].append(_value(value))
    return {column: tuple(several) for column, several in values.items()}


def _value(text: str) -> Value:
    """A number or a truth value where the text is one, else the text."""
    try:
        value = from_json(text, allow_inf_nan=False)
    except ValueError:
        return text
    return value if isinstance(value, int | float | bool) else text
