"""What a correction is, and how it is applied: pure functions on arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from isoglot.errors import IsoglotError, unknown
from isoglot.models.roles import Role

Kind = Literal["centre", "lir", "shift"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# What is left of a unit vector below this length is the rounding of float32, without a direction of its own.
NOTHING_LEFT = 1e-5


@dataclass(frozen=True, eq=False)
class RoleCorrection:
    """What is taken from the vectors of one role.

    Args:
        languages: the fitted languages, sorted, L of them.
        texts: how many texts each was fitted on.
        removed: float32 [L + 1, k, d]: a vector to subtract (k = 1), or k orthonormal directions (zero where a language
            has fewer) to project out; the last row is for every other language.
    """

    languages: tuple[str, ...]
    texts: tuple[int, ...]
    removed: NDArray[np.float32]

    def rows(self, languages: Sequence[str]) -> NDArray[np.int64]:
        """Row of `removed` for each language, shape [N]."""
        known = {language: row for row, language in enumerate(self.languages)}
        return np.array([known.get(language, len(known)) for language in languages], np.int64)

    @property
    def fewest(self) -> tuple[str, int]:
        """The language that was fitted on the fewest texts, and how many those are."""
        return min(zip(self.languages, self.texts, strict=True), key=lambda each: (each[1], each[0]))


@dataclass(frozen=True, eq=False)
class Correction:
    """A correction of each role and language.

    Queries and passages are corrected apart, since their means differ. A language that was not in the fitting data is
    treated as the average language: see `isoglot.models.debias.fit`.

    Args:
        kind: "centre", "lir" or "shift".
        query: of query vectors.
        passage: of passage vectors.
        collection: name of the collection that it was fitted on.
        source: what opens that collection; empty where it is not known.
        content_hash: of its content then.
    """

    kind: Kind
    query: RoleCorrection
    passage: RoleCorrection
    collection: str
    source: str = ""
    content_hash: str = ""

    def apply(self, vectors: NDArray[np.float32], languages: Sequence[str], role: Role) -> NDArray[np.float32]:
        """Correct unit vectors.

        A vector of which nothing is left, such as one that equals its language's mean, stays as it was.

        Args:
            vectors: of length 1, shape [N, d].
            languages: of the N texts.
            role: of the texts.

        Returns:
            Vectors of length 1, float32 [N, d].

        Raises:
            IsoglotError: the correction was fitted on vectors of another size.
        """
        fitted = self.query if role == "query" else self.passage
        if vectors.shape[1] != fitted.removed.shape[2]:
            raise IsoglotError(
                f"the correction was fitted on {fitted.removed.shape[2]} dimensions and these vectors have "
                f"{vectors.shape[1]}; fit it again with this model."
            )
        rows = fitted.rows(languages)
        corrected = vectors.astype(np.float64)
        remove = project_out if self.kind == "lir" else subtract
        for row in np.unique(rows):
            corrected[rows == row] = remove(corrected[rows == row], fitted.removed[row].astype(np.float64))
        return unit_length(corrected, vectors)

    def unfitted(self, languages: Iterable[str], role: Role) -> list[str]:
        """Those of these languages that the correction does not know in this role, sorted."""
        fitted = self.query if role == "query" else self.passage
        return sorted(set(languages) - set(fitted.languages))

    @property
    def summary(self) -> str:
        """One line on what it was fitted on."""
        parts = [
            f"{len(each.languages)} {role} languages (fewest texts: {each.fewest[1]:,} in {each.fewest[0]})"
            for role, each in (("query", self.query), ("passage", self.passage))
        ]
        return f"{self.kind} fitted on {self.collection}: {' and '.join(parts)}."


def kind_named(name: str) -> Kind:
    """The kind of correction of this name; raises RequestError where there is none."""
    for kind in KINDS:
        if kind == name:
            return kind
    raise unknown("correction", name, KINDS)


def subtract(vectors: NDArray[np.float64], removed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors [N, d] less the one of `removed` [1, d].

    >>> subtract(np.array([[1.0, 0.0]]), np.array([[0.25, 0.5]]))
    array([[ 0.75, -0.5 ]])
    """
    return vectors - removed[0]


def project_out(vectors: NDArray[np.float64], removed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors [N, d] without their parts along the orthonormal directions `removed` [k, d].

    >>> project_out(np.array([[0.6, 0.8]]), np.array([[1.0, 0.0]]))
    array([[0. , 0.8]])
    """
    shares = np.einsum("nd,kd->nk", vectors, removed)  # einsum adds in one order, whatever the threads
    return vectors - np.einsum("nk,kd->nd", shares, removed)


def unit_length(corrected: NDArray[np.float64], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Corrected vectors [N, d] scaled to length 1; where nothing is left, the uncorrected one of `vectors`."""
    length = np.linalg.norm(corrected, axis=1, keepdims=True)
    gone = length < NOTHING_LEFT
    return np.where(gone, vectors, corrected / np.where(gone, 1.0, length)).astype(np.float32)
