"""What is asked: one model for Python, the command line, HTTP and MCP."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticKnownError

from isoglot.errors import RequestError

Mode = Literal["dense", "lexical", "hybrid"]
Balance = Literal["as-scored", "calibrated", "balanced", "only"]
Value = str | int | float | bool

LONGEST_QUESTION = 4_000
MOST_HITS = 100


def _stripped(question: str) -> str:
    """Without white space around it, which the description's lengths count."""
    if inside := question.strip():
        return inside
    raise PydanticKnownError("string_too_short", {"min_length": 1})


class SearchRequest(BaseModel):
    """A question to an index.

    `balance` says how languages share the hits: `as-scored` leaves the scores alone; `calibrated` compares scores after
    bringing each language's to one scale; `balanced` gives every language its share of the pool; `only` searches
    the languages in `languages` and nothing else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_QUESTION, description="in any language"),
        AfterValidator(_stripped),
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


def check_balance(request: SearchRequest, known: Sequence[str] = ()) -> None:
    """Refuse a balance that does not go with the languages or the mode.

    Args:
        request: what is asked.
        known: languages of the index to advise; none before it is opened.

    Raises:
        RequestError: `only` without languages, or `calibrated` with scores by words, which have no level by language.
    """
    if request.balance == "only" and not request.languages:
        some = f"of {', '.join(known)}" if known else "with --languages"
        raise RequestError(f"the balance 'only' needs the languages to search; give some {some}.")
    if request.balance == "calibrated" and request.mode == "lexical":
        raise RequestError("the balance 'calibrated' is of vectors' scores; choose the mode dense or hybrid with it.")
