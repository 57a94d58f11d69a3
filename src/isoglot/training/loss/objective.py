"""The loss of one worker's share, from its vectors and labels."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from isoglot.errors import RequestError
from isoglot.training.loss.comparison import Comparison, Labels, compare_passages, compare_queries
from isoglot.training.loss.distillation import check_same_dimensions, score_distillation, vector_distillation

Distillation = Literal["scores", "vectors"]


class Objective(nn.Module):
    """InfoNCE with the candidates of all workers, and what a teacher adds to it.

    Vectors are gathered from all workers with their gradients, so the negatives are those of the global batch. There is
    a teacher where the labels have its vectors, and there are several positives where they mark them.

    Args:
        temperature: divides the cosines.
        symmetric: also classify the query of each passage among all queries, and take the mean of both losses.
        distill: what to learn from a teacher, its "scores" or its "vectors".
        distill_weight: of that, beside InfoNCE's 1.
        dimensions: take the loss of each of these first dimensions of the vectors too, and the mean of all: Matryoshka
            representation learning (Kusupati et al. 2022, arXiv 2205.13147). A teacher's vectors are learnt whole.
    """

    def __init__(
        self,
        temperature: float,
        *,
        symmetric: bool = False,
        distill: Distillation = "scores",
        distill_weight: float = 1.0,
        dimensions: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.temperature, self.symmetric = temperature, symmetric
        self.distill, self.distill_weight = distill, distill_weight
        self.dimensions = tuple(dimensions or ())

    def check(self, model: int, teacher: int | None = None) -> None:
        """Refuse what a model and a teacher of so many dimensions cannot do.

        Raises:
            RequestError: a number of first dimensions is not smaller than the model's, or a teacher's vectors are to be
                learnt that have other dimensions.
        """
        for size in self.dimensions:
            if not 0 < size < model:
                raise RequestError(
                    f"the first {size} of the model's {model} dimensions cannot be trained apart; give --matryoshka "
                    f"numbers from 1 to {model - 1}."
                )
        if self.distill == "vectors" and teacher is not None:
            check_same_dimensions(model, teacher)

    def forward(self, vectors: Sequence[Tensor], labels: Labels) -> Tensor:
        """Loss of this worker's share; its mean over workers is that of the global batch.

        Args:
            vectors: of B queries, B passages and, where there are any, of B * n hard negatives and B * v versions,
                each [rows, d].
            labels: of these queries.

        Raises:
            RequestError: see `check`.
        """
        self.check(vectors[0].shape[1])
        labels = labels.on(vectors[0].device)
        asked = compare_queries(vectors, labels)
        compared = [asked, compare_passages(vectors, labels)] if self.symmetric else [asked]
        loss = _mean([each.info_nce(self.temperature) for whole in compared for each in self._sizes(whole)])
        if labels.teacher is None:
            return loss
        if self.distill == "vectors":
            learnt = vector_distillation(torch.cat(list(vectors)), torch.cat(list(labels.teacher)))
        else:
            learnt = self._score_distillation(asked, compare_queries(labels.teacher, labels).cosines())
        return loss + self.distill_weight * learnt

    def _sizes(self, whole: Comparison) -> list[Comparison]:
        """The comparison by the first dimensions of its vectors, and by all."""
        return [*map(whole.cut, self.dimensions), whole]

    def _score_distillation(self, student: Comparison, teacher: Tensor) -> Tensor:
        excluded, temperature = student.excluded, self.temperature
        sizes = self._sizes(student)
        return _mean([score_distillation(each.cosines(), teacher, excluded, temperature) for each in sizes])


def _mean(losses: list[Tensor]) -> Tensor:
    return torch.stack(losses).mean()
