"""Scores: fast ones in float32 with a bound on their error, and exact ones where that bound cannot decide.

Exact means the same on every machine, whatever the blocks, threads and device: components are rounded to multiples of
2**-26 (float32 itself is no finer from 1/8 up), so that, in units of 2**-52, every product and partial sum in a dot
product of two vectors of length 1 is a whole number below 2**53, which float64 adds without rounding in any order.
"""

import numpy as np
import torch
from scipy.linalg.blas import sgemm
from torch import Tensor

from isoglot.errors import IsoglotError

GRID = 2.0**26
STRIPE = 64
LONGEST = 1.005  # what a vector of length 1 may measure after rounding to bfloat16


def on_grid(vectors: Tensor, rows: Tensor, kind: str) -> Tensor:
    """Vectors as float32 multiples of 2**-26.

    Args:
        vectors: float32 or bfloat16, shape [n, d].
        rows: their rows, for the error, shape [n].
        kind: "query" or "passage", for the error.

    Raises:
        IsoglotError: a vector is not finite, is zero, or is longer than 1.
    """
    units = vectors.to(torch.float32, copy=True).mul_(GRID).round_()
    length = torch.linalg.vector_norm(units, dim=1) / GRID
    wrong = torch.nonzero(~((length > 0) & (length < LONGEST)))
    if len(wrong):
        row = int(wrong[0])
        raise IsoglotError(
            f"The vector of {kind} row {int(rows[row])} has length {float(length[row]):.4g}; "
            "encode every text to a finite vector of length 1."
        )
    return units.div_(GRID)


def error_bound(dimensions: int) -> float:
    """How far a score by `product` can be from the exact one.

    gamma_n of Higham (Accuracy and Stability of Numerical Algorithms, 2002, eq. 3.5) for the n roundings that a term
    goes through, its stripe's and those of the stripes' sum; and the roundings of scores to float32.
    """
    roundings = (min(STRIPE, dimensions) + -(-dimensions // STRIPE)) * 2.0**-24
    return LONGEST**2 * roundings / (1 - roundings) + 2.0**-22


def stripes(vectors: Tensor) -> list[Tensor]:
    """The vectors cut into stripes of dimensions, each in one piece of memory."""
    return [stripe.contiguous() for stripe in vectors.split(STRIPE, dim=1)]


def product(queries: list[Tensor], passages: list[Tensor]) -> Tensor:
    """All dot products in float32, shape [q, n], from stripes, which are added up one by one.

    A sum of few terms has a small error bound, so few scores are left for `exact_products`. On the processor it is
    scipy's BLAS that multiplies: it adds to what is there, and is faster than torch's on many.
    """
    scores = torch.zeros((len(queries[0]), len(passages[0])), device=queries[0].device)
    for query, passage in zip(queries, passages, strict=True):
        if scores.is_cuda:
            scores.addmm_(query, passage.T)
        else:
            sgemm(1.0, passage.numpy().T, query.numpy().T, 1.0, scores.numpy().T, trans_a=1, overwrite_c=1)
    return scores


def exact_products(queries: Tensor, passages: Tensor) -> Tensor:
    """The dot product of each query with the passage of the same place, both on the grid: float64, shape [n]."""
    if queries.is_cuda:
        return torch.linalg.vecdot(queries.double(), passages.double())
    return torch.from_numpy(np.einsum("nd,nd->n", queries.numpy(), passages.numpy(), dtype=np.float64))
