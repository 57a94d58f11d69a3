"""A document, as every reader gives it and as it comes over HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Self

import langcodes
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from isoglot.data.languages import language_problem
from isoglot.search.store.schema import metadata_text

LONGEST_ID = 1_000


def _known_language(code: str | None) -> str | None:
    if code is not None and (problem := language_problem(code)):
        raise ValueError(problem)
    return code


class Document(BaseModel):
    """A text to be found, under an id of its own.

    Raises:
        ValidationError: a field is not what it should be, or the text is blank.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    document_id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
    text: str
    title: str = ""
    sections: Annotated[tuple[int, ...], Field(description="characters where the 2nd, 3rd, … section begins")] = ()
    language: Annotated[
        str | None, AfterValidator(_known_language), Field(description="BCP-47; detected where it is not given")
    ] = None
    source: Annotated[str, Field(description="where it comes from")] = ""
    metadata: dict[str, Any] = {}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.text.strip():
            raise ValueError("holds no text")
        if any(map(_is_broken, (self.document_id, self.text, self.title, self.source, metadata_text(self.metadata)))):
            raise ValueError("holds half a character (a surrogate)")
        bounds = (0, *self.sections, len(self.text))
        if self.sections and not all(start < end for start, end in pairwise(bounds)):
            raise ValueError("has sections that are no ascending places in the text")
        return self


def _is_broken(text: str) -> bool:
    """Whether a text cannot be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


@dataclass(frozen=True)
class Skipped:
    """What was left out.

    Args:
        name: of the file, or file and row.
        reason: what is wrong with it, without a full stop.
        is_out_of_reach: whether it may be as it was, only that it cannot be read now.
    """

    name: str
    reason: str
    is_out_of_reach: bool = False


@dataclass(frozen=True)
class Content:
    """What the reader of a kind of file finds in it; the fields are those of `Document`."""

    text: str
    title: str = ""
    sections: tuple[int, ...] = ()
    language: str | None = None


class UnreadableError(Exception):
    """A file or row that is left out; the message is the `reason` of its `Skipped`."""


class OutOfReachError(UnreadableError):
    """A file that cannot be read now, and may be as it was."""

    def __init__(self, problem: OSError) -> None:
        super().__init__(f"cannot be read ({problem.strerror}), so that what the index has of it stays")


def document_or_skipped(name: str, fields: Callable[[], Mapping[str, Any]]) -> Document | Skipped:
    """The document of these fields, or why there is none.

    Args:
        name: how a person shall know the file or row.
        fields: gives them; may raise UnreadableError.
    """
    try:
        return Document(**fields())
    except UnreadableError as problem:
        return Skipped(name, str(problem), isinstance(problem, OutOfReachError))
    except ValidationError as problem:
        return Skipped(name, _reason(problem))


def _reason(problem: ValidationError) -> str:
    first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place and place != "language" else message


def canonical_language(code: str | None) -> str | None:
    """A language as a file states it, in canonical form; None where it states none, as it is where it is no code.

    >>> canonical_language("EN_us"), canonical_language("und"), canonical_language("Klingon!")
    ('en-US', None, 'Klingon!')
    """
    if code is None or not code.strip():
        return None
    try:
        found = langcodes.standardize_tag(code.strip())
    except ValueError:
        return code
    return None if found == "und" else found
