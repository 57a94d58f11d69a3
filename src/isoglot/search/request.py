"""What is asked: one model for Python, the command line, HTTP and MCP."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Mode = Literal["dense", "lexical", "hybrid"]
Balance = Literal["as-scored", "calibrated", "balanced", "only"]
Value = str | int | float | bool

LONGEST_QUESTION = 4_000
MOST_HITS = 100


class SearchRequest(BaseModel):
    """A question to an index.

    `balance` says how languages share the hits: `as-scored` leaves the scores alone; `calibrated` compares scores after
    bringing each language's to one scale; `balanced` gives every language its share of the pool; `only` searches
    the languages in `languages` and nothing else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION),
        Field(description="in any language"),
    ]
    k: Annotated[int, Field(ge=1, le=MOST_HITS, description="hits to return")] = 10
    mode: Annotated[Mode, Field(description="by vectors, by words, or both by reciprocal rank fusion")] = "dense"
    balance: Annotated[Balance, Field(description="how languages share the hits")] = "as-scored"
    languages: Annotated[tuple[str, ...], Field(description="search passages in these languages; none for all")] = ()
    sources: Annotated[tuple[str, ...], Field(description="search these sources; none for all")] = ()
    where: Annotated[
        dict[str, Value | tuple[Value, ...]], Field(description="metadata column to the value, or values, it must have")
    ] = {}
    query_language: Annotated[str | None, Field(description="of the question; detected where it is not given")] = None
