"""Texts to unit vectors: every distinct text once, and none that the store knows."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError
from isoglot.models.fingerprint import fingerprint
from isoglot.models.progress import encoding_bar
from isoglot.models.roles import Role, prompt_of
from isoglot.models.store import EmbeddingStore, Space, SpaceKey, Writer

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

# Batches between two looks at the clock: the bar moves, and what was encoded may be stored.
PIECE_BATCHES = 8
# Repeated texts whose vectors are copied together.
COPIED = 16_384


@dataclass(frozen=True)
class Encoded:
    """Vectors and what they cost.

    Args:
        vectors: of length 1, float32 [N, dimensions].
        read: distinct texts that the model encoded.
        found: number of distinct texts whose vectors came from the store.
    """

    vectors: Floats
    read: list[str]
    found: int

    @property
    def encoded(self) -> int:
        """Number of distinct texts that the model encoded."""
        return len(self.read)


def encode(
    model: SentenceTransformer,
    texts: Sequence[str],
    role: Role,
    *,
    batch_size: int = 128,
    progress: bool = False,
    store: EmbeddingStore | None = None,
) -> Floats:
    """The vectors alone of `encode_counted`, float32 [N, dimensions]."""
    return encode_counted(model, texts, role, batch_size=batch_size, progress=progress, store=store).vectors


def encode_counted(
    model: SentenceTransformer,
    texts: Sequence[str],
    role: Role,
    *,
    batch_size: int = 128,
    progress: bool = False,
    store: EmbeddingStore | None = None,
) -> Encoded:
    """Encode texts of one role.

    Vectors from the store are those that were stored, bit for bit. A model however rounds a text's vector in unlike
    batches differently (by about 1e-7), and a batch holds the texts that the store does not know: with a store that
    knows some of the texts the others may differ in the last digits from those of an encoding without it.

    Args:
        model: the encoder.
        texts: N texts; each distinct one is encoded once.
        role: decides the prompt.
        batch_size: distinct texts encoded together.
        progress: show a bar on standard error, with rate and time left.
        store: gives what it knows and takes the rest every few seconds, so that an encoding that was stopped goes on
            where it stood.

    Raises:
        VectorError: a text has a vector that is zero or not finite; that one is not stored.
    """
    known: dict[str, int] = {}
    first = np.fromiter((known.setdefault(text, row) for row, text in enumerate(texts)), np.int64, len(texts))
    is_missing = first == np.arange(len(texts))
    space = None if store is None else store.space(space_key(model, role))
    stored = _stored(texts, space, is_missing)
    encoded = _encoded(model, texts, role, is_missing, batch_size, progress, space)
    vectors = None
    for rows, part in chain(stored, encoded):
        if vectors is None:
            vectors = np.empty((len(texts), part.shape[1]), np.float32)
        vectors[rows] = part
    if vectors is None:
        vectors = np.empty((0, model.get_embedding_dimension()), np.float32)
    _copy_repeated(vectors, first)
    read = _at(texts, np.flatnonzero(is_missing))
    return Encoded(vectors, read, found=len(known) - len(read))


def space_key(model: SentenceTransformer, role: Role) -> SpaceKey:
    """What decides the vector of a text in this role."""
    return SpaceKey(fingerprint(model), role, prompt_of(model, role), _max_length(model))


def encoding_of(model: SentenceTransformer) -> dict[str, Any]:
    """What decides the vectors besides the weights and the texts."""
    return {
        "query_prompt": prompt_of(model, "query"),
        "passage_prompt": prompt_of(model, "passage"),
        "max_length": _max_length(model),
        "device": str(model.device),
        "threads": torch.get_num_threads(),
    }


def _max_length(model: SentenceTransformer) -> int | None:
    return None if model.max_seq_length in (None, math.inf) else model.max_seq_length


def _stored(texts: Sequence[str], space: Space | None, is_missing: NDArray[np.bool_]) -> Iterator[tuple[Rows, Floats]]:
    """Rows that the space knows, and their vectors; marks the rows as no longer missing."""
    if space is None:
        return
    asked = np.flatnonzero(is_missing)
    for positions, vectors in space.find(_at(texts, asked)):
        is_missing[asked[positions]] = False
        yield asked[positions], vectors


def _encoded(
    model: SentenceTransformer,
    texts: Sequence[str],
    role: Role,
    is_missing: NDArray[np.bool_],
    batch_size: int,
    progress: bool,
    space: Space | None,
) -> Iterator[tuple[Rows, Floats]]:
    """Rows that are missing when the first one is asked for, the longest texts first, and their vectors."""
    rows = np.flatnonzero(is_missing)
    rows = rows[np.argsort([-len(text) for text in _at(texts, rows)], kind="stable")]
    piece = PIECE_BATCHES * batch_size
    bar = encoding_bar(f"Encoding {role} texts", len(rows), shown=progress and len(rows) > 0)
    with bar, Writer(space) as writer:
        for start in range(0, len(rows), piece):
            chosen = rows[start : start + piece]
            batch = _at(texts, chosen)
            found = model.encode(batch, prompt=prompt_of(model, role), batch_size=batch_size, show_progress_bar=False)
            vectors = _unit(np.asarray(found, np.float32), batch, chosen)
            writer.add(batch, vectors)
            yield chosen, vectors
            bar.advance(bar.task_ids[0], len(chosen))


class VectorError(IsoglotError):
    """A vector has no direction; the one argument says which."""

    def __str__(self) -> str:
        """The sentence for whoever encodes."""
        return f"{self.args[0]}; leave the text out or use another model."


def _unit(vectors: Floats, texts: Sequence[str], rows: Rows) -> Floats:
    """Vectors at length 1 in float32, whatever the precision of the model."""
    length = np.sqrt(np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64))
    is_bad = ~(np.isfinite(length) & (length > 0))
    if is_bad.any():
        row, text = min((row, text) for row, text, bad in zip(rows, texts, is_bad, strict=True) if bad)
        raise VectorError(f"the vector of text {row} ({text[:40]!r}) is zero or not finite")
    return (vectors / length[:, None]).astype(np.float32)


def _at(texts: Sequence[str], rows: Rows) -> list[str]:
    return [texts[row] for row in rows.tolist()]


def _copy_repeated(vectors: Floats, first: Rows) -> None:
    repeated = np.flatnonzero(first != np.arange(len(first)))
    for start in range(0, len(repeated), COPIED):
        rows = repeated[start : start + COPIED]
        vectors[rows] = vectors[first[rows]]
