"""A question in the query string of a GET, for curl and links."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from isoglot.search.asking import filters
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
