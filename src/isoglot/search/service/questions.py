"""A question in the query string of a GET, for curl and links."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, WithJsonSchema

from isoglot.errors import RequestError
from isoglot.search.request import SearchRequest

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


def filters(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Filters from column:value texts.

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
