"""How the vectors of one language are searched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from isoglot.search.scan.exact import Floats, Mask, Rows, best, exact_top
from isoglot.search.scan.quantised import Quantised

Found = tuple[Rows, Floats | None]


class Scan(Protocol):
    """Finds vectors among which the nearest of a question are."""

    def find(self, query: Floats, depth: int, mask: Mask | None = None) -> Found:
        """Their rows, of those that the mask lets through, and their cosines; None where those are still to be told.

        Args:
            query: of length 1, [d].
            depth: how many of the nearest must be among them, if there are so many.
            mask: which vectors may be given, [N]; all without one.
        """


@dataclass(frozen=True, eq=False)
class ExactScan:
    """Compares with every vector; float32 [N, d] of length 1."""

    vectors: Floats

    def find(self, query: Floats, depth: int, mask: Mask | None = None) -> Found:
        """See `Scan.find`."""
        return exact_top(self.vectors, query, depth, mask)


@dataclass(frozen=True, eq=False)
class QuantisedScan:
    """Compares with quantised vectors, of which at least the best `scored` are to be scored exactly."""

    quantised: Quantised
    scored: int

    def find(self, query: Floats, depth: int, mask: Mask | None = None) -> Found:
        """See `Scan.find`."""
        return self.quantised.nearest(query, max(depth, self.scored), mask), None


def nearest_found(found: Sequence[Found], vectors: Floats, query: Floats, depth: int) -> list[tuple[Rows, Floats]]:
    """The nearest of what each scan found, with cosines; all that are wanting are read and scored at once.

    Args:
        found: by each scan, as rows of `vectors`.
        vectors: of length 1, [N, d], may be memory-mapped.
        query: of length 1, [d].
        depth: how many to give of each at most.

    Returns:
        Rows and cosines of each, the nearest first.
    """
    wanting = [rows for rows, scores in found if scores is None]
    scores = vectors[np.concatenate([np.empty(0, np.int64), *wanting])] @ query
    told = iter(np.split(scores, np.cumsum([len(rows) for rows in wanting])))
    return [best(next(told) if scores is None else scores, rows, depth) for rows, scores in found]
