"""InfoNCE over cosine: the positives of the other examples, and hard negatives, are the negatives of a query."""

from typing import Any

import torch
import torch.distributed as dist
from sentence_transformers.util import all_gather
from torch import Tensor, nn
from torch.nn import functional


def info_nce(queries: Tensor, candidates: Tensor, excluded: Tensor, temperature: float, first: int = 0) -> Tensor:
    """Mean over queries of `-log softmax(cos(q_i, d_j) / temperature)` at the query's own passage.

    Equation (1) of arXiv 2408.10536 with an explicit temperature and the other queries' passages as negatives.

    Args:
        queries: [B, d].
        candidates: [N, d]; the passage of query i is candidate `first + i`.
        excluded: bool [B, N], True for candidates that are no negatives of the query.
        temperature: divides the cosines, > 0.
        first: where the passages of these queries begin.

    >>> unit = torch.eye(2)
    >>> round(float(info_nce(unit, unit, torch.zeros(2, 2, dtype=torch.bool), temperature=1.0)), 4)
    0.3133
    """
    cosines = functional.normalize(queries, dim=1) @ functional.normalize(candidates, dim=1).T
    at_least_float32 = torch.promote_types(cosines.dtype, torch.float32)
    logits = (cosines.to(at_least_float32) / temperature).masked_fill(excluded, float("-inf"))
    return functional.cross_entropy(logits, first + torch.arange(len(queries), device=logits.device))


class InBatchInfoNCE(nn.Module):
    """The loss that sentence-transformers' trainer calls with the features of queries, passages and negatives.

    Vectors are gathered from all workers with their gradients, so the negatives are those of the global batch.

    Args:
        model: the encoder.
        temperature: divides the cosines.
        symmetric: also classify the query of each passage among all queries, and take the mean of both losses.
    """

    def __init__(self, model: nn.Module, temperature: float, *, symmetric: bool = False) -> None:
        super().__init__()
        self.model, self.temperature, self.symmetric = model, temperature, symmetric

    def forward(self, sentence_features: list[dict[str, Any]], labels: Tensor) -> Tensor:
        """Loss of this worker's share.

        Args:
            sentence_features: features of B queries, B passages and, where there are any, B * n negatives.
            labels: the excluded candidates, see `isoglot.batches.Batch.excluded`.
        """
        queries, passages, *negatives = (self.model(features)["sentence_embedding"] for features in sentence_features)
        first = dist.get_rank() * len(queries) if dist.is_initialized() else 0
        candidates = torch.cat([_from_all_workers(vectors) for vectors in (passages, *negatives)])
        loss = info_nce(queries, candidates, labels, self.temperature, first)
        if not self.symmetric:
            return loss
        own = slice(first, first + len(passages))
        excluded = _from_all_workers(labels)[:, own].T
        return (loss + info_nce(passages, _from_all_workers(queries), excluded, self.temperature, first)) / 2

    def get_config_dict(self) -> dict[str, Any]:
        """What sentence-transformers writes into the model card."""
        return {"temperature": self.temperature, "symmetric": self.symmetric}


def _from_all_workers(rows: Tensor) -> Tensor:
    return all_gather(rows, with_grad=rows.requires_grad) if dist.is_initialized() else rows
