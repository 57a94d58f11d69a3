"""How the vectors of one language are searched."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from isoglot.search.scan.exact import Floats, Mask, Rows, best, exact_top
from isoglot.search.scan.quantised import Quantised

Found = tuple[Rows, Floats | None]
# The recall of a scan is measured on so many nearest.
NEAREST = 10


class Scan(Protocol):
    """Finds vectors among which the nearest of a question are."""

    def find(self, query: Floats, depth: int, least: int = 0, mask: Mask | None = None) -> Found:
        """Their rows, of those that the mask lets through, and their cosines; None where those are still to be told.

        Args:
            query: of length 1, [d].
            depth: how many of the nearest should be among them.
            least: how many to give at least, if there are so many.
            mask: which vectors may be given, [N]; all without one.
        """


@dataclass(frozen=True, eq=False)
class ExactScan:
    """Compares with every vector; float32 [N, d] of length 1."""

    vectors: Floats

    def find(self, query: Floats, depth: int, least: int = 0, mask: Mask | None = None) -> Found:
        """See `Scan.find`."""
        return exact_top(self.vectors, query, max(depth, least), mask)


@dataclass(frozen=True, eq=False)
class QuantisedScan:
    """Compares with quantised vectors, of which so many are to be scored exactly as find the 10 nearest; more for more.

    Args:
        quantised: the vectors.
        scored: of the best quantised ones for the 10 nearest.
    """

    quantised: Quantised
    scored: int

    def find(self, query: Floats, depth: int, least: int = 0, mask: Mask | None = None) -> Found:
        """See `Scan.find`."""
        scored = math.ceil(self.scored * max(depth / NEAREST, 1))
        return self.quantised.nearest(query, max(scored, least), mask), None


def with_cosines(found: Sequence[Found], vectors: Floats, query: Floats) -> list[tuple[Rows, Floats]]:
    """What each scan found, with cosines; all that are wanting are read and scored at once.

    Args:
        found: by each scan, as rows of `vectors`.
        vectors: of length 1, [N, d], may be memory-mapped.
        query: of length 1, [d].

    Returns:
        Rows and cosines of each, the nearest first.
    """
    wanting = [rows for rows, scores in found if scores is None]
    scores = vectors[np.concatenate([np.empty(0, np.int64), *wanting])] @ query
    told = iter(np.split(scores, np.cumsum([len(rows) for rows in wanting])))
    return [best(next(told) if scores is None else scores, rows, len(rows)) for rows, scores in found]
