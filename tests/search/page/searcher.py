"""An index that is not one: canned passages, and balances that are easy to foretell."""

import threading
from collections import Counter
from collections.abc import Sequence

import numpy as np

from isoglot.errors import RequestError
from isoglot.search.request import SearchRequest
from isoglot.search.response import Hit, IndexDescription, LanguageScan, LanguageShare, SearchResponse, Span, Trade
from page.documents import PASSAGES, Passage

SLOW = "slow"  # a question that is answered once the gate is open
DEAF = "nothing"  # a question without hits


class CannedSearcher:
    """Scores are those of the passages, whatever is asked."""

    def __init__(self, passages: Sequence[Passage] = PASSAGES) -> None:
        self.passages = passages
        self.requests: list[SearchRequest] = []
        self.gate = threading.Event()

    @property
    def description(self) -> IndexDescription:
        languages = Counter(passage.language for passage in self.passages).most_common()
        columns = {
            name: tuple(value for value, _ in Counter(values).most_common())
            for name, values in {
                "source": [passage.source for passage in self.passages],
                "year": [str(passage.metadata["year"]) for passage in self.passages],
                "kind": [str(passage.metadata["kind"]) for passage in self.passages],
            }.items()
        }
        return IndexDescription(
            model="isoglot/use-m3", version=7, dimensions=384, documents=len(self.passages),
            passages=len(self.passages),
            languages=[LanguageScan(language=each, passages=n, scan="exact", recall=1.0) for each, n in languages],
            sources=len(columns["source"]), columns=columns, recall=1.0, recall_questions=100, vector_bytes=0,
        )  # fmt: skip

    def encode(self, questions: Sequence[str], languages: Sequence[str | None] = ()) -> np.ndarray:
        return np.zeros((len(questions), 4), np.float32)

    def newest_version(self) -> int:
        return 7

    def warm(self) -> None:
        pass

    def answer(self, request: SearchRequest, vector: np.ndarray | None) -> SearchResponse:
        self.requests.append(request)
        if request.question.startswith(SLOW):
            self.gate.wait(30)
        if request.question.startswith(DEAF):
            return self._response(request, [], [], [])
        pool = [passage for passage in self.passages if fits(passage, request)]
        scored = sorted(pool, key=lambda passage: -passage.score)
        chosen = {"balanced": in_turn, "calibrated": calibrated}.get(request.balance, list)(scored)
        return self._response(request, pool, chosen[: request.k], scored[: request.k])

    def _response(
        self, request: SearchRequest, pool: list[Passage], hits: list[Passage], scored: list[Passage]
    ) -> SearchResponse:
        counts, found = Counter(each.language for each in pool), Counter(each.language for each in hits)
        shares = [
            LanguageShare(
                language=language, hits=found[language], hit_share=found[language] / (len(hits) or 1),
                passages=n, pool_share=n / len(pool),
            )
            for language, n in counts.most_common()
        ]  # fmt: skip
        trade = Trade(
            mean_score=float(np.mean([each.score for each in hits] or [0])),
            mean_score_as_scored=float(np.mean([each.score for each in scored] or [0])),
            shared_hits=sum(each in scored for each in hits),
        )
        return SearchResponse(
            question=request.question, mode=request.mode, balance=request.balance, query_language="en",
            hits=[as_hit(rank, each) for rank, each in enumerate(hits, 1)], languages=shares,
            trade=None if request.balance == "as-scored" else trade, milliseconds=12.3,
        )  # fmt: skip


def fits(passage: Passage, request: SearchRequest) -> bool:
    for column, values in request.where.items():
        if column not in passage.metadata:
            raise RequestError(f"The index has no column {column}; it has kind, year.")
        if str(passage.metadata[column]) not in (values if isinstance(values, tuple) else (values,)):
            return False
    return (not request.languages or passage.language in request.languages) and (
        not request.sources or passage.source in request.sources
    )


def in_turn(scored: list[Passage]) -> list[Passage]:
    """The best of each language, then the second best of each."""
    place = {id(each): [p for p in scored if p.language == each.language].index(each) for each in scored}
    return sorted(scored, key=lambda each: (place[id(each)], -each.score))


def calibrated(scored: list[Passage]) -> list[Passage]:
    best = {each.language: each.score for each in reversed(scored)}
    return sorted(scored, key=lambda each: best[each.language] - each.score)


def as_hit(rank: int, passage: Passage) -> Hit:
    spans = [Span(start=(at := passage.text.index(word)), end=at + len(word)) for word in passage.words]
    return Hit(
        rank=rank, score=passage.score, passage_id=f"p{rank}", document_id=f"d-{passage.language}-{rank}",
        language=passage.language, language_confidence=passage.confidence, title=passage.title, text=passage.text,
        source=passage.source, metadata=passage.metadata, highlights=spans,
    )  # fmt: skip
