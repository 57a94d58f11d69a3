"""Answers questions to an index: the one door for Python, the command line, HTTP and MCP."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from isoglot.search.request import SearchRequest
from isoglot.search.response import IndexDescription, SearchResponse


class Searcher:
    """An open index with its encoder. It answers from one version of the store, in as many threads as are wanted."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open an index for search, and derive from its store what is not there or out of date.

        Args:
            folder: what `isoglot index --out` wrote.

        Raises:
            RequestError: the folder holds no index, one of another format, or one made by another model.
        """
        raise NotImplementedError

    def encode(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of N questions, float32 [N, dimensions]; they can be encoded together for several requests."""
        raise NotImplementedError

    def answer(self, request: SearchRequest, vector: NDArray[np.float32] | None) -> SearchResponse:
        """Search for a question that is encoded already.

        Args:
            request: what is asked.
            vector: of the question, float32 [dimensions]; None where the mode is lexical.

        Raises:
            RequestError: a filter that the index does not know, or `only` without languages.
        """
        raise NotImplementedError

    def search(self, request: SearchRequest) -> SearchResponse:
        """Encode the question and answer it; see `answer`."""
        raise NotImplementedError

    @property
    def description(self) -> IndexDescription:
        """What the index holds, and how it answers."""
        raise NotImplementedError

    def is_current(self) -> bool:
        """Whether the store has no newer version than the one that is searched."""
        raise NotImplementedError
