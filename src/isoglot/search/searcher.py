"""Answers questions to an index: the one door for Python, the command line, HTTP and MCP."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from isoglot.data.languages import language_problem
from isoglot.errors import RequestError
from isoglot.models.encode import encode
from isoglot.models.onnx import check_extra, with_onnx
from isoglot.search.answering.hits import hits_shown
from isoglot.search.answering.pool import everywhere, pool_of
from isoglot.search.answering.query_language import query_language
from isoglot.search.answering.rank import gather, hits_of
from isoglot.search.answering.trade import trade_of
from isoglot.search.balance import language_shares
from isoglot.search.build.encoder import Encoder, check_same
from isoglot.search.build.request import EncoderRequest
from isoglot.search.derived import Derived, open_derived
from isoglot.search.describe import describe
from isoglot.search.request import SearchRequest
from isoglot.search.response import IndexDescription, SearchResponse
from isoglot.search.store.store import Store

# Encoder, detector and files are read with the first question; nobody shall wait for that. The detector reads what it
# knows of five letters in a row only with a word that has them.
WARM_UP = "Is everything warm?"
# Of each language this many passages, cut to the length of questions: of longer texts the detector reads less.
WARM_PASSAGES, WARM_CHARACTERS = 8, 100


@dataclass(frozen=True, eq=False)
class Searcher:
    """An open index with its encoder. It answers from one version of the store, in as many threads as are wanted.

    Args:
        folder: the index.
        encoder: that the index was made with.
        derived: what answers.
    """

    folder: Path
    encoder: Encoder
    derived: Derived
    # Tokenizers serve one thread at a time.
    _encoding: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def open(cls, folder: Path, *, onnx: bool = False) -> Self:
        """Open an index for search, and derive from its store what is not there or out of date.

        Args:
            folder: what `isoglot index --out` wrote.
            onnx: encode questions with ONNX Runtime, see `with_onnx`.

        Raises:
            RequestError: the folder holds no index, one of another format, or one made by another model; or the extra
                onnx is not installed.
            IsoglotError: the model cannot be loaded or exported, or what answers cannot be written.
        """
        if onnx:
            check_extra()
        store = Store.open(folder)
        encoder = Encoder.load(EncoderRequest().completed(store.settings))
        check_same(folder, store.settings, encoder.settings)
        if onnx:
            encoder = replace(encoder, model=with_onnx(encoder.model))
        searcher = cls(folder, encoder, open_derived(store))
        searcher.search(SearchRequest(question=WARM_UP))
        return searcher

    def encode(self, questions: Sequence[str], languages: Sequence[str | None] = ()) -> NDArray[np.float32]:
        """The vectors of N questions, float32 [N, dimensions]; they can be encoded together for several requests.

        Args:
            questions: their texts.
            languages: of the questions, where the model's correction goes by them; detected where not given.
        """
        with self._encoding:
            vectors = encode(self.encoder.model, questions, "query")
        if self.encoder.correction is None:
            return vectors
        asked = zip(questions, languages or [None] * len(questions), strict=True)
        known = [language or query_language(question, self._languages) for question, language in asked]
        return self.encoder.correction.apply(vectors, known, "query")

    def answer(self, request: SearchRequest, vector: NDArray[np.float32] | None) -> SearchResponse:
        """Search for a question that is encoded already.

        Args:
            request: what is asked.
            vector: of the question, float32 [dimensions]; None where the mode is lexical.

        Raises:
            RequestError: the index has no such language, source or column, or mode and balance do not go together.
        """
        started = time.perf_counter()
        language = self._query_language(request)
        pool = pool_of(self.derived, request)
        gathered = gather(pool, request, vector)
        hits = hits_of(gathered, request.balance, request.k)
        trade = None
        if request.balance != "as-scored":
            elsewhere = gather(everywhere(pool), request, vector) if request.balance == "only" else gathered
            trade = trade_of(hits, gathered, elsewhere, request.k)
        shown = hits_shown(self.derived, hits, request.question, language)
        return SearchResponse(
            question=request.question,
            mode=request.mode,
            balance=request.balance,
            query_language=language,
            hits=shown,
            languages=language_shares([hit.language for hit in shown], pool.passages),
            trade=trade,
            milliseconds=(time.perf_counter() - started) * 1000,
        )

    def search(self, request: SearchRequest) -> SearchResponse:
        """Encode the question and answer it; see `answer`."""
        started = time.perf_counter()
        vector = None
        if request.mode != "lexical":
            vector = self.encode([request.question], [request.query_language])[0]
        response = self.answer(request, vector)
        return response.model_copy(update={"milliseconds": (time.perf_counter() - started) * 1000})

    @property
    def description(self) -> IndexDescription:
        """What the index holds, and how it answers."""
        return describe(self.derived)

    def warm(self) -> None:
        """Have read what the first questions would wait for: vectors, and what the detector knows of the languages."""
        for block in self.derived.blocks:
            for passage in block.texts["text"].slice(0, WARM_PASSAGES).to_pylist():
                query_language(passage[:WARM_CHARACTERS], self._languages)
        self.derived.warm()

    def newest_version(self) -> int:
        """The version that the store has now; another than the one searched where the index was changed since."""
        return Store.open(self.folder).version

    @property
    def _languages(self) -> list[str]:
        return [block.language for block in self.derived.blocks]

    def _query_language(self, request: SearchRequest) -> str:
        if request.query_language is None:
            return query_language(request.question, self._languages)
        if problem := language_problem(request.query_language):
            raise RequestError(f"{problem}.")
        return request.query_language
