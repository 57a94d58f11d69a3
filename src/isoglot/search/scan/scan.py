"""How the vectors of one language are searched."""

from dataclasses import dataclass
from typing import Protocol

from isoglot.search.scan.exact import Floats, Mask, Rows, exact_top
from isoglot.search.scan.quantised import Quantised


class Scan(Protocol):
    """Gives the nearest vectors of a question."""

    def top(self, query: Floats, depth: int, mask: Mask | None = None) -> tuple[Rows, Floats]:
        """Rows and cosines of at most `depth` vectors that the mask lets through, the nearest first."""


@dataclass(frozen=True, eq=False)
class ExactScan:
    """Compares with every vector; float32 [N, d] of length 1."""

    vectors: Floats

    def top(self, query: Floats, depth: int, mask: Mask | None = None) -> tuple[Rows, Floats]:
        """See `Scan.top`."""
        return exact_top(self.vectors, query, depth, mask)


@dataclass(frozen=True, eq=False)
class QuantisedScan:
    """Compares with quantised vectors, and scores exactly the best `scored` of them."""

    quantised: Quantised
    scored: int

    def top(self, query: Floats, depth: int, mask: Mask | None = None) -> tuple[Rows, Floats]:
        """See `Scan.top`."""
        return self.quantised.top(query, depth, mask, self.scored)
