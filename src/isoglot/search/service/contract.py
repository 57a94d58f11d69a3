"""What the service needs of an index; `isoglot.search.searcher.Searcher` has it."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from isoglot.search.request import SearchRequest
from isoglot.search.response import IndexDescription, SearchResponse


class Answers(Protocol):
    """An opened version of an index."""

    @property
    def description(self) -> IndexDescription:
        """What the index holds."""

    def encode(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of questions, [questions, dimensions]."""

    def answer(self, request: SearchRequest, vector: NDArray[np.float32] | None) -> SearchResponse:
        """The answer to a request whose question has this vector; None where words decide."""

    def is_current(self) -> bool:
        """Whether no newer version of the index was written."""


Opens = Callable[[], Answers]
