"""`calibrated`: scores of all languages on one scale.

A question is nearer to all passages of some languages, its own first, whatever they say. How near it is to a language
anyhow is its level there: the mean of the highest twentieth of its cosines with a random sample of the language's
passages. Scores are compared less this level. It is the term r of cross-domain similarity local scaling (Conneau et
al. 2018, arXiv 1710.04087, eq. 3) taken over a sample instead of the nearest neighbours, so that it depends neither on
how many passages a language has nor on the few that answer the question. On XQuAD-R with the embedded encoder it takes
the question's own language from .44 to .14 of the first ten hits and raises AP. A smaller part than a twentieth did
better there where the sample was nearly all of a language, and worse where it was a sixth of it; dividing by the
deviation cost AP (`benchmarks/balance.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SAMPLE = 1_000
HIGHEST = 0.05
# A language with fewer passages has no level of its own.
FEWEST = 100


@dataclass(frozen=True, eq=False)
class Calibration:
    """Samples of passages of L languages.

    Args:
        vectors: of the samples, one language after the other, float32 [S, d].
        sizes: of the samples, [L].
    """

    vectors: Floats
    sizes: tuple[int, ...]

    def levels(self, query: Floats) -> Floats:
        """How near a question is to each language anyhow, float32 [L].

        Args:
            query: its vector, [d].
        """
        return language_levels(self.vectors @ query if len(self.vectors) else np.empty(0, np.float32), self.sizes)


def learn(languages: Sequence[Floats]) -> Calibration:
    """Take a random sample of each language; the same vectors give the same sample.

    Args:
        languages: vectors of each, [N, d].
    """
    random = np.random.default_rng(0)
    chosen = [random.choice(len(each), min(SAMPLE, len(each)), replace=False) for each in languages]
    samples = [each[np.sort(rows)] for each, rows in zip(languages, chosen, strict=True)]
    vectors = np.concatenate(samples) if samples else np.empty((0, 0), np.float32)
    return Calibration(vectors, tuple(map(len, samples)))


def language_levels(cosines: Floats, sizes: Sequence[int], fewest: int = FEWEST) -> Floats:
    """The mean of the highest twentieth of the cosines of each language.

    Args:
        cosines: of one question, one language after the other, [S].
        sizes: cosines of each language, [L].
        fewest: a language with fewer is taken for the average of the others.

    Returns:
        float32 [L]; zero where no language has enough.

    >>> language_levels(np.array([0.1, 0.5, 0.2, 0.3, 0.9], np.float32), [2, 2, 1], 2).astype(float).round(2).tolist()
    [0.5, 0.3, 0.4]
    """
    parts = np.split(cosines, np.cumsum(sizes)[:-1]) if len(sizes) else []
    levels = np.array([_highest(part) for part in parts], np.float32)
    told = np.array([size >= fewest for size in sizes], bool)
    return np.where(told, levels, levels[told].mean() if told.any() else 0).astype(np.float32)


def _highest(cosines: Floats) -> float:
    number = max(1, round(HIGHEST * len(cosines)))
    return float(np.partition(cosines, len(cosines) - number)[len(cosines) - number :].mean())


def calibrated(scores: Floats, language: NDArray[np.int64], levels: Floats) -> Floats:
    """Scores less the level of their language.

    Args:
        scores: cosines, [C].
        language: code of each candidate, [C].
        levels: of each language, [L].

    >>> calibrated(np.array([0.5, 0.5], np.float32), np.array([0, 1]), np.array([0.25, 0.0], np.float32)).tolist()
    [0.25, 0.5]
    """
    return scores - levels[language]
