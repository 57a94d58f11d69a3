"""InfoNCE over cosine: the positives of the other examples, and hard negatives, are the negatives of a query."""

import torch
from torch import Tensor
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
    logits = (cosines(queries, candidates) / temperature).masked_fill(excluded, float("-inf"))
    return functional.cross_entropy(logits, first + torch.arange(len(queries), device=logits.device))


def grouped_info_nce(
    queries: Tensor, candidates: Tensor, excluded: Tensor, positive: Tensor, temperature: float
) -> Tensor:
    """InfoNCE with several positives: mean of `-log(sum of exp(s_ij) over positives / sum of exp(s_ij) over all)`.

    The s_ij are cosines by temperature, and the sums leave out what is excluded. This is the grouped loss of LEMUR
    (arXiv 2602.09570), in which every translation of the positive in the batch is positive. With one positive for each
    query it is `info_nce`.

    Args:
        queries: [B, d].
        candidates: [N, d].
        excluded: bool [B, N], True for candidates that are neither positives nor negatives of the query.
        positive: bool [B, N], at least one for each query, none of them excluded.
        temperature: divides the cosines, > 0.

    >>> unit, none = torch.eye(2), torch.zeros(2, 2, dtype=torch.bool)
    >>> round(float(grouped_info_nce(unit, unit, none, positive=unit.bool(), temperature=1.0)), 4)
    0.3133
    """
    logits = (cosines(queries, candidates) / temperature).masked_fill(excluded, float("-inf"))
    of_positives = logits.masked_fill(~positive, float("-inf"))
    return (logits.logsumexp(dim=1) - of_positives.logsumexp(dim=1)).mean()


def cosines(queries: Tensor, candidates: Tensor) -> Tensor:
    """Cosines of all pairs, [B, N], in float32 at least."""
    found = functional.normalize(queries, dim=1) @ functional.normalize(candidates, dim=1).T
    return found.to(torch.promote_types(found.dtype, torch.float32))
