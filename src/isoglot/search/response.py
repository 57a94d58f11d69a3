"""What is answered: hits, and how their languages compare with the pool's."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from isoglot.search.request import Balance, Mode

Scan = Literal["exact", "quantised"]


class Span(BaseModel):
    """A part of a passage's text to highlight, in characters: [start, end)."""

    model_config = ConfigDict(frozen=True)

    start: int
    end: int


class Hit(BaseModel):
    """One document, by its best passage."""

    model_config = ConfigDict(frozen=True)

    rank: Annotated[int, Field(description="from 1")]
    score: Annotated[float, Field(description="what orders the hits: cosine, BM25 or fused")]
    passage_id: str
    document_id: str
    language: str
    language_confidence: Annotated[float, Field(description="1 where given, else the detector's probability")]
    title: str
    text: Annotated[str, Field(description="the passage")]
    source: str
    metadata: dict[str, Any]
    highlights: Annotated[tuple[Span, ...], Field(description="what in the passage answers the question's words best")]


class LanguageShare(BaseModel):
    """A language among the hits against the pool that was searched."""

    model_config = ConfigDict(frozen=True)

    language: str
    hits: int
    hit_share: float
    passages: Annotated[int, Field(description="in the pool, after the filters")]
    pool_share: float


class Trade(BaseModel):
    """What a balance costs against leaving the scores alone."""

    model_config = ConfigDict(frozen=True)

    mean_score: Annotated[float, Field(description="of the hits, uncalibrated")]
    mean_score_as_scored: Annotated[float, Field(description="of the hits that `as-scored` would give")]
    shared_hits: Annotated[int, Field(description="hits that `as-scored` would give too")]


class SearchResponse(BaseModel):
    """The answer to a question."""

    model_config = ConfigDict(frozen=True)

    question: str
    mode: Mode
    balance: Balance
    query_language: str
    hits: tuple[Hit, ...]
    languages: Annotated[tuple[LanguageShare, ...], Field(description="of the pool, the largest first")]
    trade: Annotated[Trade | None, Field(description="none where the scores were left alone")]
    milliseconds: Annotated[float, Field(description="encode and search")]


class LanguageScan(BaseModel):
    """How the passages of a language are searched."""

    model_config = ConfigDict(frozen=True)

    language: str
    passages: int
    scan: Annotated[Scan, Field(description="every vector, or quantised ones and then the best again exactly")]
    recall: Annotated[float, Field(description="of the 10 nearest, against an exact scan, measured at build")]


class IndexDescription(BaseModel):
    """What an index holds, and how it answers."""

    model_config = ConfigDict(frozen=True)

    model: Annotated[str, Field(description="the encoder, as it was given")]
    version: Annotated[int, Field(description="of the store; it grows with every change")]
    documents: int
    passages: int
    dimensions: int
    languages: Annotated[tuple[LanguageScan, ...], Field(description="the largest first")]
    sources: Annotated[int, Field(description="distinct sources")]
    columns: Annotated[
        dict[str, tuple[str, ...]],
        Field(description="to filter by, each with its most frequent values; source is one"),
    ]
    recall: Annotated[float, Field(description="of the 10 nearest in the pool, against an exact scan")]
    recall_questions: Annotated[int, Field(description="on which recall was measured")]
    vector_bytes: Annotated[int, Field(description="of the vectors and what is derived from them")]
