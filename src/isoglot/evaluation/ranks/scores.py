"""Scores: fast ones in float32 with a bound on their error, and exact ones where that bound cannot decide.

Exact means the same on every machine, whatever the blocks, threads and device: components are rounded to multiples of
2**-26 (float32 itself is no finer from 1/8 up), so that, in units of 2**-52, every product and partial sum in a dot
product of two vectors of length 1 is a whole number below 2**53, which float64 adds without rounding in any order.
"""

import numpy as np
import torch
from torch import Tensor

from isoglot.errors import IsoglotError

GRID = 2.0**26
STRIPE = 384  # dimensions at most
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
    units = (vectors.float() * GRID).round_()
    length = torch.linalg.vector_norm(units, dim=1) / GRID
    wrong = torch.nonzero(~((length > 0) & (length < LONGEST)))
    if len(wrong):
        row = int(wrong[0])
        raise IsoglotError(
            f"The vector of {kind} row {int(rows[row])} has length {float(length[row]):.4g}; "
            "encode every text to a finite vector of length 1."
        )
    return units.mul_(1 / GRID)


def error_bound(dimensions: int) -> float:
    """How far a score by `product` can be from the exact one.

    gamma_n of Higham (Accuracy and Stability of Numerical Algorithms, 2002, eq. 3.5) for the n roundings that a term
    goes through, its stripe's and those of the stripes' sum; and the roundings of scores to float32.
    """
    number, width = _cut(dimensions)
    roundings = (width + number) * 2.0**-24
    return LONGEST**2 * roundings / (1 - roundings) + 2.0**-22


def stripes(vectors: Tensor) -> list[Tensor]:
    """The vectors cut into stripes of dimensions, each in one piece of memory."""
    return [stripe.contiguous() for stripe in vectors.split(_cut(vectors.shape[1])[1], dim=1)]


def _cut(dimensions: int) -> tuple[int, int]:
    """The number of stripes and the width of the widest: as few as may be, equally wide or nearly so."""
    number = -(-dimensions // STRIPE)
    return number, -(-dimensions // number)


def product(queries: list[Tensor], passages: list[Tensor], out: Tensor, room: Tensor) -> None:
    """All dot products in float32, from stripes, which are added up one by one.

    A sum of few terms has a small error bound, so few scores are left for `exact_products`. On the processor it is
    numpy's BLAS that multiplies, the faster one on many.

    Args:
        queries: stripes of q vectors.
        passages: stripes of n vectors.
        out: takes the products, shape [q, n].
        room: to work in, of the same shape.
    """
    for number, (query, passage) in enumerate(zip(queries, passages, strict=True)):
        into = room if number else out
        if out.is_cuda:
            torch.mm(query, passage.T, out=into)
        else:
            np.matmul(query.numpy(), passage.numpy().T, out=into.numpy())
        if number:
            out.add_(room)


def exact_products(queries: Tensor, passages: Tensor) -> Tensor:
    """The dot product of each query with the passage of the same place, both on the grid: float64, shape [n]."""
    if queries.is_cuda:
        return torch.linalg.vecdot(queries.double(), passages.double())
    return torch.from_numpy(np.einsum("nd,nd->n", queries.numpy(), passages.numpy(), dtype=np.float64))
