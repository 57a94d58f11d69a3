"""What a loss compares: the vectors of this worker's share, with those of the whole batch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from isoglot.training.loss.gather import first_row, from_all_workers
from isoglot.training.loss.info_nce import cosines, grouped_info_nce, info_nce


@dataclass(frozen=True)
class Labels:
    """What the plan says about the candidates of a share's B queries.

    Args:
        excluded: candidates that are no negatives, bool [B, N], see `isoglot.batches.Batch.excluded`.
        positive: the query's passage and its versions, bool [B, N], see `isoglot.batches.Batch.positive`; None for the
            passage alone.
        teacher: the teacher's vectors, split like the vectors of the objective, NaN where it has none.
    """

    excluded: Tensor
    positive: Tensor | None = None
    teacher: Sequence[Tensor] | None = None

    def on(self, device: torch.device) -> "Labels":
        """The labels on a device."""
        positive = None if self.positive is None else self.positive.to(device)
        teacher = None if self.teacher is None else [rows.to(device) for rows in self.teacher]
        return Labels(self.excluded.to(device), positive, teacher)


@dataclass(frozen=True)
class Comparison:
    """Queries of this worker, each of which shall find its positives among the candidates of all workers.

    Args:
        queries: [B, d].
        candidates: [N, d].
        excluded: bool [B, N].
        first: candidate `first + i` is a positive of query i.
        positive: bool [B, N], all positives; None for that one alone.
    """

    queries: Tensor
    candidates: Tensor
    excluded: Tensor
    first: int
    positive: Tensor | None = None

    def cut(self, dimensions: int) -> "Comparison":
        """The same of the first dimensions of all vectors."""
        return replace(self, queries=self.queries[:, :dimensions], candidates=self.candidates[:, :dimensions])

    def cosines(self) -> Tensor:
        """Of every query and candidate, [B, N]."""
        return cosines(self.queries, self.candidates)

    def info_nce(self, temperature: float) -> Tensor:
        """The loss of the comparison."""
        if self.positive is None:
            return info_nce(self.queries, self.candidates, self.excluded, temperature, self.first)
        return grouped_info_nce(self.queries, self.candidates, self.excluded, self.positive, temperature)


def compare_queries(vectors: Sequence[Tensor], labels: Labels) -> Comparison:
    """Queries with the passages, hard negatives and versions of all workers."""
    queries, *columns = vectors
    candidates = torch.cat([from_all_workers(rows) for rows in columns])
    return Comparison(queries, candidates, labels.excluded, first_row(queries), labels.positive)


def compare_passages(vectors: Sequence[Tensor], labels: Labels) -> Comparison:
    """The queries' own passages with the queries of all workers."""
    queries, passages, *_ = vectors
    first = first_row(queries)
    excluded = from_all_workers(labels.excluded)[:, first : first + len(passages)].T
    return Comparison(passages, from_all_workers(queries), excluded, first)
