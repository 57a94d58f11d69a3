"""What the service needs of an index; `isoglot.search.searcher.Searcher` has it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from isoglot.search.request import SearchRequest
from isoglot.search.response import IndexDescription, SearchResponse

if TYPE_CHECKING:  # they bring the encoder's libraries, which a service over another index does without
    from isoglot.search.build import Summary
    from isoglot.search.documents import Document


class Answers(Protocol):
    """An opened version of an index."""

    @property
    def description(self) -> IndexDescription:
        """What the index holds."""

    def encode(self, questions: Sequence[str], languages: Sequence[str | None] = ()) -> NDArray[np.float32]:
        """The vectors of questions, [questions, dimensions]; of each the language, None where nobody said it."""

    def answer(self, request: SearchRequest, vector: NDArray[np.float32] | None) -> SearchResponse:
        """The answer to a request whose question has this vector; None where words decide."""

    def newest_version(self) -> int:
        """The version that was written last."""

    def warm(self) -> None:
        """Read beforehand what the first questions would wait for."""


Opens = Callable[[], Answers]


class Changes(Protocol):
    """How an index is changed; each call is one version of it."""

    def add(self, documents: "Sequence[Document]") -> "Summary":
        """Add documents, or replace those of the same ids."""

    def delete(self, document_id: str) -> None:
        """Delete a document."""
