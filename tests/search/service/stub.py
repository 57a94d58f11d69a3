"""A searcher that answers at once, from five passages in four languages, and fails where it is told to."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isoglot.errors import IsoglotError, RequestError
from isoglot.search.request import SearchRequest
from isoglot.search.response import Hit, IndexDescription, LanguageScan, LanguageShare, SearchResponse, Trade

PASSAGES = [
    ("de", "Der Zug fährt um acht."),
    ("en", "The train leaves at eight."),
    ("ar", "يغادر القطار في الثامنة."),
    ("th", "รถไฟออกแปดโมง"),
    ("en", "Tickets are sold on the train."),
]
COLUMNS = {"source": ("a.md", "b.md"), "year": ("2023", "2024")}
DESCRIPTION = IndexDescription(
    model="toy",
    version=1,
    documents=5,
    passages=5,
    dimensions=2,
    languages=tuple(
        LanguageScan(language=language, passages=passages, scan="exact", recall=1.0)
        for language, passages in (("en", 2), ("de", 1), ("ar", 1), ("th", 1))
    ),
    sources=2,
    columns=COLUMNS,
    recall=1.0,
    recall_questions=5,
    vector_bytes=40,
)


@dataclass
class StubSearcher:
    """What `Searcher` does, with knobs for whatever a test wants to happen."""

    version: int = 1
    newest: int | None = None
    broken: Exception | None = None
    unencodable: str | None = None
    batches: list[list[str]] = field(default_factory=list)
    gate: threading.Event | None = None
    until: Path | None = None
    warmed: bool = False

    @property
    def description(self) -> IndexDescription:
        return DESCRIPTION.model_copy(update={"version": self.version})

    def encode(self, questions: Sequence[str], languages: Sequence[str | None] = ()) -> NDArray[np.float32]:
        self.batches.append(list(questions))
        if self.unencodable in questions:
            raise IsoglotError("This question cannot be encoded.")
        return np.array([[len(question), 1.0] for question in questions], np.float32)

    def answer(self, request: SearchRequest, vector: NDArray[np.float32] | None) -> SearchResponse:
        if self.gate:
            self.gate.wait(10)
        while self.until and not self.until.exists():
            time.sleep(0.01)
        if self.broken:
            raise self.broken
        for column in request.where:
            if column not in COLUMNS:
                raise RequestError(f"There is no column {column!r}; known: source, year.")
        wanted = [
            (language, text) for language, text in PASSAGES if not request.languages or language in request.languages
        ]
        hits = tuple(hit(rank, *passage) for rank, passage in enumerate(wanted[: request.k], 1))
        shares = tuple(share(language, hits) for language in ("en", "de", "ar", "th"))
        return SearchResponse(
            question=request.question,
            mode=request.mode,
            balance=request.balance,
            query_language=request.query_language or "en",
            hits=hits,
            languages=shares,
            trade=None if vector is None else trade_of(vector, hits),
            milliseconds=0.0,
        )

    def newest_version(self) -> int:
        return self.newest or self.version

    def warm(self) -> None:
        self.warmed = True


def hit(rank: int, language: str, text: str) -> Hit:
    return Hit(
        rank=rank,
        score=1 / rank,
        passage_id=f"p{rank}",
        document_id=f"d{rank}",
        language=language,
        language_confidence=1.0,
        title="",
        text=text,
        source="a.md",
        metadata={"year": 2024},
        highlights=(),
    )


def share(language: str, hits: tuple[Hit, ...]) -> LanguageShare:
    passages = sum(1 for known, _ in PASSAGES if known == language)
    found = sum(1 for one in hits if one.language == language)
    return LanguageShare(
        language=language,
        hits=found,
        hit_share=found / max(1, len(hits)),
        passages=passages,
        pool_share=passages / len(PASSAGES),
    )


def trade_of(vector: NDArray[np.float32], hits: tuple[Hit, ...]) -> Trade:
    """Shows the vector, which is the length of the question."""
    return Trade(mean_score=float(vector[0]), mean_score_as_scored=float(vector[1]), shared_hits=len(hits))
