"""Pool: the passages that queries are ranked against, each with one vector or with one per section."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from isoglot.errors import IsoglotError
from isoglot.evaluation.ranks.golds import Integers

Vectors = NDArray[np.float32] | Tensor


@dataclass(frozen=True)
class Pool:
    """The passages of a ranking, or a shard of them.

    A passage scores as its best section does (localised relevance matching, Litschko et al., arXiv 2112.11031).

    Args:
        vectors: of length 1, float32 or bfloat16, shape [S, d]; S = P where every passage is one section.
        language: language code of each passage, shape [P].
        tie: place of each passage among those of equal score, all different, shape [P]; its row by default.
        sections: row of the passage of each vector, ascending, every passage at least once, shape [S].

    Raises:
        IsoglotError: the numbers of vectors and passages disagree.
    """

    vectors: Tensor
    language: Tensor
    tie: Tensor
    first: Tensor | None = None

    @classmethod
    def of(
        cls, vectors: Vectors, language: Integers, tie: Integers | None = None, sections: Integers | None = None
    ) -> "Pool":
        """A pool from arrays; see the class."""
        count = len(language)
        if len(vectors) != (count if sections is None else len(sections)):
            what = f"{count} passages" if sections is None else f"{len(sections)} sections"
            raise IsoglotError(f"There are {len(vectors)} vectors for {what}; give one for each.")
        place = np.arange(count) if tie is None else tie
        first = None if sections is None else torch.as_tensor(np.searchsorted(sections, np.arange(count + 1)))
        return cls(torch.as_tensor(vectors), torch.as_tensor(language), torch.as_tensor(place), first)

    def on(self, device: torch.device) -> "Pool":
        """The pool with everything but its vectors on a device; those are moved as they are needed."""
        first = None if self.first is None else self.first.to(device)
        return Pool(self.vectors, self.language.to(device), self.tie.to(device), first)

    def take(self, rows: Tensor) -> Tensor:
        """The vectors of these rows, on the device of the rows."""
        return self.vectors.index_select(0, rows.to(self.vectors.device)).to(rows.device)

    def sections_of(self, passages: Tensor) -> tuple[Tensor, Tensor]:
        """For each section of these passages: the place of its passage among them, and the row of its vector."""
        places = torch.arange(len(passages), device=passages.device)
        if self.first is None:
            return places, passages
        number = self._section_numbers(passages)
        place = torch.repeat_interleave(places, number)
        start = torch.cumsum(number, 0) - number
        return place, torch.arange(len(place), device=place.device) - start[place] + self.first[passages][place]

    def section_count(self, passages: Tensor) -> int:
        """How many sections, one vector each, these passages have together."""
        return int(self._section_numbers(passages).sum())

    def _section_numbers(self, passages: Tensor) -> Tensor:
        return torch.ones_like(passages) if self.first is None else self.first[passages + 1] - self.first[passages]

    def best_section(self, scores: Tensor, place: Tensor, count: int) -> Tensor:
        """Scores of passages [..., count] from scores of sections [..., s], whose passages are at `place` [s]."""
        if self.first is None:
            return scores
        best = scores.new_full((*scores.shape[:-1], count), -torch.inf)
        return best.scatter_reduce_(-1, place.expand_as(scores), scores, "amax")

    def chunks(self, vectors_at_once: int) -> Iterator[tuple[int, Tensor]]:
        """Every passage once: (language, rows) with at most so many vectors (those of one passage at least)."""
        for language in torch.unique(self.language):
            rows = torch.nonzero(self.language == language)[:, 0]
            number = self._section_numbers(rows)
            part = (torch.cumsum(number, 0) - number) // max(1, vectors_at_once)
            yield from ((int(language), chunk) for chunk in rows.split(torch.bincount(part).tolist()) if len(chunk))


def spans(length: int, size: int) -> Iterator[slice]:
    """Slices of at most `size` (one at least) that cover `length`."""
    return (slice(start, start + max(1, size)) for start in range(0, length, max(1, size)))


def evenly(length: int, most: int, workers: int) -> int:
    """The size of at most `most` by which `length` is cut so that every worker gets as many pieces.

    >>> evenly(1000, 290, workers=2)
    250
    """
    rounds = max(1, -(-length // (most * workers)))
    return max(1, -(-length // (rounds * workers)))
