"""Vectors of two bits a dimension (TurboQuant, Zandieh et al. 2025, arXiv 2504.19874), a sixteenth of their bytes."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from isoglot.errors import missing_extra
from isoglot.search.scan.exact import Floats, Mask, Rows

BITS = 2
# The library takes vectors of a multiple of so many dimensions.
DIVISOR = 8
# Enough to fit the two numbers a dimension of its calibration, as its documentation has it.
FITTED = 4_096
ADDED = 65_536


def can_quantise(dimensions: int) -> bool:
    """Whether vectors of so many dimensions can be quantised here."""
    return dimensions % DIVISOR == 0 and find_spec("turbovec") is not None


class Quantised:
    """Quantised vectors.

    Args:
        index: an index of turbovec; its slots are the rows of the vectors.
    """

    def __init__(self, index: Any) -> None:
        self._index = index
        index.prepare()

    @classmethod
    def load(cls, path: Path, count: int) -> "Quantised":
        """Read what `save` wrote; raises ValueError where it is not for so many vectors."""
        from turbovec import TurboQuantIndex  # noqa: PLC0415 (an extra)

        index = TurboQuantIndex.load(str(path))
        if len(index) != count:
            raise ValueError(f"{path} has {len(index)} vectors and not {count}")
        return cls(index)

    def save(self, path: Path) -> None:
        """Write the quantised vectors, without the vectors themselves."""
        self._index.write(str(path))

    def nearest(self, query: Floats, depth: int, mask: Mask | None = None) -> Rows:
        """The rows of the vectors that are nearest when quantised, ascending.

        Args:
            query: of length 1, [d].
            depth: how many to give at most.
            mask: which vectors may be given, [N]; all without one.
        """
        wanted = min(depth, len(self._index) if mask is None else int(np.count_nonzero(mask)))
        if wanted == 0:
            return np.empty(0, np.int64)
        _, slots = self._index.search(np.ascontiguousarray(query[None], np.float32), k=wanted, mask=mask)
        return np.sort(slots[0].astype(np.int64))


def quantise(vectors: Floats) -> Quantised:
    """Quantise vectors; the same vectors give the same codes.

    Args:
        vectors: of length 1, float32 [N, d] with d a multiple of 8.

    Raises:
        RequestError: the library is not installed.
    """
    if find_spec("turbovec") is None:
        raise missing_extra("Quantised search", "search")
    from turbovec import TurboQuantIndex  # noqa: PLC0415 (an extra)

    index = TurboQuantIndex(dim=vectors.shape[1], bit_width=BITS)
    fitted = np.random.default_rng(0).permutation(len(vectors))[:FITTED]
    index.calibrate(np.ascontiguousarray(vectors[np.sort(fitted)]))
    for start in range(0, len(vectors), ADDED):
        index.add(np.ascontiguousarray(vectors[start : start + ADDED]))
    return Quantised(index)
