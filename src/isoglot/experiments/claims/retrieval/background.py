"""How high a claim's score stands above its scores with all passages of the corpus."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROWS = 16_384  # of vectors in float64 at once
LEAST_VARIANCE = 1e-12


@dataclass(frozen=True)
class Background:
    """The passages of a corpus as a whole.

    Scores of different claims cannot be compared as they are: where a model hardly knows a language, its texts are near
    to everything. A claim's scores with all passages have the mean q·m and the variance q·C·q, m and C those of the
    passages; a standard score counts in standard deviations above that mean.

    Args:
        mean: of the passages' vectors, shape [d].
        covariance: shape [d, d].
    """

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, passages: NDArray[np.float32]) -> "Background":
        """From vectors, shape [P, d]."""
        total, products = np.zeros(passages.shape[1]), np.zeros((passages.shape[1],) * 2)
        for start in range(0, len(passages), ROWS):
            block = passages[start : start + ROWS].astype(np.float64)
            total += block.sum(axis=0)
            products += block.T @ block
        mean = total / len(passages)
        return cls(mean, products / len(passages) - np.outer(mean, mean))

    def standard_scores(self, queries: NDArray[np.float32], scores: Floats) -> Floats:
        """The standard score of a score of each query, 0 where all scores are the same.

        Args:
            queries: vectors, shape [Q, d].
            scores: of the queries with some passage, shape [Q].

        >>> passages = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]], np.float32)
        >>> Background.of(passages).standard_scores(np.array([[1.0, 0.0]], np.float32), np.array([1.0])).round(3)
        array([1.414])
        """
        vectors = queries.astype(np.float64)
        variance = np.einsum("qd,qd->q", vectors @ self.covariance, vectors)
        above, is_flat = scores - vectors @ self.mean, variance < LEAST_VARIANCE
        return np.where(is_flat, 0.0, above / np.sqrt(np.where(is_flat, 1.0, variance)))
