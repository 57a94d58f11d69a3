"""Small indexes without an encoder: vectors are given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from isoglot.search.derived import Derived, open_derived
from isoglot.search.store.schema import Settings, metadata_text, passages_schema
from isoglot.search.store.store import Store

Floats = NDArray[np.float32]


@dataclass
class Toy:
    """A passage; its document is itself unless given."""

    language: str
    vector: Sequence[float]
    text: str = "text"
    document: str = ""
    source: str = "a.txt"
    metadata: dict[str, Any] = field(default_factory=dict)


def unit(vectors: Any) -> Floats:
    array = np.asarray(vectors, np.float64)
    return (array / np.linalg.norm(array, axis=-1, keepdims=True)).astype(np.float32)


def random_toys(count: int, dimensions: int, languages: Sequence[str], seed: int = 0) -> list[Toy]:
    """Vectors around 20 centres, languages in turn."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((20, dimensions))
    vectors = unit(centres[random.integers(20, size=count)] + 0.7 * random.standard_normal((count, dimensions)))
    return [Toy(languages[row % len(languages)], vector.tolist()) for row, vector in enumerate(vectors)]


def make_store(folder: Path, toys: Sequence[Toy], dimensions: int) -> Store:
    settings = Settings(model="toy", fingerprint="0", dimensions=dimensions, passage_characters=1000)
    schema = passages_schema(dimensions)
    rows = [
        {
            **dict.fromkeys(schema.names, ""),
            "passage_id": f"p{row}",
            "document_id": toy.document or f"d{row}",
            "number": 0,
            "language": toy.language,
            "language_confidence": 1.0,
            "text": toy.text,
            "source": toy.source,
            "metadata": metadata_text(toy.metadata),
            "vector": unit(toy.vector).tolist(),
        }
        for row, toy in enumerate(toys)
    ]
    return Store.create(folder, settings, iter([pa.RecordBatch.from_pylist(rows, schema)]))


def make_derived(folder: Path, toys: Sequence[Toy], dimensions: int) -> Derived:
    return open_derived(make_store(folder, toys, dimensions))
