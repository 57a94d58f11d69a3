"""A collection as vectors: every distinct text encoded once, for all settings, pools and corrections."""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.evaluation.engine import HERE, Engine
from isoglot.evaluation.tokens import tokens_read
from isoglot.models.debias import Correction
from isoglot.models.encode import encoding_of
from isoglot.models.roles import Role
from isoglot.models.sections import cut_sections
from isoglot.models.store import EmbeddingStore

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class EncodedCollection:
    """The vectors of a collection, and how they came about.

    Args:
        queries: of length 1, shape [Q, d].
        passages: of length 1, one per passage or one per section, shape [S, d].
        sections: row of the passage of each section, ascending, shape [S]; None where passages are whole.
        encoding: what decides the vectors besides weights and texts; for `scores.json`.
        cost: what encoding took; for `scores.json`.
    """

    queries: Floats
    passages: Floats
    sections: NDArray[np.int64] | None
    encoding: dict[str, Any]
    cost: dict[str, Any]

    def corrected(self, collection: Collection, correction: Correction) -> "EncodedCollection":
        """The same after a training-free correction of language bias."""
        asked, answered = (table["language"].to_numpy() for table in (collection.queries, collection.passages))
        answered = answered if self.sections is None else answered[self.sections]
        return replace(
            self,
            queries=correction.apply(self.queries, asked, "query"),
            passages=correction.apply(self.passages, answered, "passage"),
            encoding={**self.encoding, "correction": correction.summary},
        )


def encode_collection(
    model: SentenceTransformer,
    collection: Collection,
    *,
    batch_size: int = 128,
    best_section: bool = False,
    store: EmbeddingStore | None = None,
    progress: bool = False,
    engine: Engine = HERE,
) -> EncodedCollection:
    """Encode the queries and passages of a collection.

    Args:
        model: the encoder.
        collection: what to encode.
        batch_size: texts encoded together.
        best_section: cut passages longer than the encoder's window into sections, instead of reading their beginning.
        store: gives the vectors it knows and takes the others.
        progress: show bars.
        engine: who encodes.
    """
    started = time.perf_counter()
    texts, sections = collection.passage_texts, None
    if best_section:
        cut = cut_sections(model, texts)
        texts, sections = cut.texts, cut.passage
    queries = engine.encode(
        model, collection.query_texts, "query", batch_size=batch_size, progress=progress, store=store
    )
    passages = engine.encode(model, texts, "passage", batch_size=batch_size, progress=progress, store=store)
    cost = {
        "distinct_queries": queries.encoded + queries.found,
        "distinct_passages": passages.encoded + passages.found,
        "encoded_texts": queries.encoded + passages.encoded,
        "stored_texts": queries.found + passages.found,
        "encode_seconds": round(time.perf_counter() - started, 2),
        **_encoded_tokens(model, {"query": queries.read, "passage": passages.read}),
    }
    encoding = {**encoding_of(model), "long_passages": "best section" if best_section else "truncated"}
    return EncodedCollection(queries.vectors, passages.vectors, sections, encoding, cost)


def _encoded_tokens(model: SentenceTransformer, read: dict[Role, list[str]]) -> dict[str, int]:
    """The tokens of the texts that were encoded, for `scores.json`; nothing where they cannot be counted."""
    counts = [tokens_read(model, texts, role) for role, texts in read.items()]
    known = [count for count in counts if count is not None]
    return {"encoded_tokens": sum(known)} if len(known) == len(counts) else {}
