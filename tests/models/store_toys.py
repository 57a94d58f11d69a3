"""A key, texts, vectors and what a space finds: what the tests of the embedding store share."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isoglot.models.store import Space, SpaceKey

KEY = SpaceKey("a" * 64, "query", "Q: ", 32)
TEXTS = ["river", "Fluss", "ποταμός", "", "แม่น้ำ"]


def some_vectors(count: int, dimensions: int = 4, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)


def found_in(space: Space, texts: list[str]) -> dict[str, bytes]:
    """The bytes of every vector that is found."""
    found: dict[str, bytes] = {}
    for positions, vectors in space.find(texts):
        for position, vector in zip(positions, vectors, strict=True):
            assert texts[position] not in found
            found[texts[position]] = vector.tobytes()
    return found


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
