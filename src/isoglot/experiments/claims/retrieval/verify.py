"""Retrieves what is near to each claim, across all languages, and says how sure it is that this is related."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.data.indexed import index
from isoglot.errors import RequestError
from isoglot.evaluation.encoded import EncodedCollection, encode_collection
from isoglot.evaluation.evaluate import tie_order
from isoglot.evaluation.ranks import Pool
from isoglot.experiments.claims.retrieval.background import Background
from isoglot.experiments.claims.retrieval.calibration import Calibration, calibrate, has_labels
from isoglot.experiments.claims.retrieval.nearest import nearest
from isoglot.models.encode import encode, encoding_of
from isoglot.models.store import EmbeddingStore

FOUND, NOTHING = "related evidence found", "nothing related found"
CAUTION = (
    "Retrieval shows which passages are related to a claim, not whether the claim is true: a passage that contradicts "
    "it is as near."
)


@dataclass(frozen=True)
class VerifyRequest:
    """What to retrieve and how; the options of `isoglot verify`.

    Args:
        model: the encoder's name.
        top: passages for each claim.
        seed: cuts labelled topics in halves.
        batch_size: texts encoded together.
        store: keeps vectors; None for none.
        progress: show bars.
    """

    model: str
    top: int
    seed: int
    batch_size: int
    store: EmbeddingStore | None
    progress: bool


def verify(
    request: VerifyRequest,
    model: SentenceTransformer,
    claims: Sequence[tuple[int, str]],
    corpus: Collection,
    labelled: Collection | None,
) -> dict[str, Any]:
    """Retrieve the best passages for each claim.

    Args:
        request: see there.
        model: the encoder.
        claims: line numbers and texts.
        corpus: what to search.
        labelled: labelled claims to calibrate on; None for the corpus' own where it has any.

    Returns:
        The record, which goes to JSON as it is.

    Raises:
        RequestError: `labelled` has no labels.
    """
    if labelled is not None and not has_labels(labelled):
        raise RequestError(f"{labelled.name} calls no passage relevant; give labelled claims with --calibrate.")
    encoded = _encode(request, model, corpus)
    calibration = _calibration(request, model, corpus, encoded, labelled)
    queries = encode(
        model, [text for _, text in claims], "query", batch_size=request.batch_size, progress=request.progress,
        store=request.store,
    )  # fmt: skip
    pool = Pool.of(encoded.passages, index(corpus).passage_language, tie_order(corpus), encoded.sections)
    rows, scores = nearest(queries, pool, request.top)
    standing = Background.of(encoded.passages).standard_scores(queries, scores[:, 0])
    return {
        "statement": CAUTION,
        "model": request.model,
        "corpus": corpus.name,
        "content_hash": corpus.content_hash,
        "calibration": None if isinstance(calibration, str) else calibration.to_dict(),
        "uncalibrated_because": calibration if isinstance(calibration, str) else None,
        "claims": [
            {
                "line": line,
                "claim": text,
                **_judged(calibration, float(standard_score)),
                "passages": _passages(corpus, own_rows.tolist(), own_scores.tolist()),
            }
            for (line, text), standard_score, own_rows, own_scores in zip(claims, standing, rows, scores, strict=True)
        ],
        "encoding": encoding_of(model),
    }  # fmt: skip


def _calibration(
    request: VerifyRequest,
    model: SentenceTransformer,
    corpus: Collection,
    encoded: EncodedCollection,
    labelled: Collection | None,
) -> Calibration | str:
    if labelled is not None:
        return calibrate(labelled, _encode(request, model, labelled), seed=request.seed)
    if not has_labels(corpus):
        return f"{corpus.name} has no labelled claims of its own"
    return calibrate(corpus, encoded, seed=request.seed)


def _judged(calibration: Calibration | str, standard_score: float) -> dict[str, Any]:
    """What the standard score of the best passage says."""
    if isinstance(calibration, str):
        return {"verdict": None, "probability": None, "standard_score": standard_score}
    verdict = FOUND if standard_score >= calibration.threshold else NOTHING
    probability = float(calibration.curve(np.array(standard_score)))
    return {"verdict": verdict, "probability": probability, "standard_score": standard_score}


def _encode(request: VerifyRequest, model: SentenceTransformer, collection: Collection) -> EncodedCollection:
    return encode_collection(
        model, collection, batch_size=request.batch_size, store=request.store, progress=request.progress
    )


def _passages(corpus: Collection, rows: list[int], scores: list[float]) -> list[dict[str, Any]]:
    known = [(row, score) for row, score in zip(rows, scores, strict=True) if row >= 0]
    found = corpus.passages.take(np.array([row for row, _ in known], np.int64)).to_pylist()
    return [
        {
            "rank": rank,
            **{name: passage[name] for name in ("passage_id", "language")},
            "score": score,
            **{name: passage[name] for name in ("title", "text")},
        }
        for rank, (passage, (_, score)) in enumerate(zip(found, known, strict=True), start=1)
    ]
