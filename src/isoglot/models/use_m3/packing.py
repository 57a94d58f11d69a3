"""Texts of a batch one below the other in one matrix, with rows of zeros between them and around them all.

A window of up to five rows that reaches over the end of a text then sees zeros, never the next text.
"""

from typing import NamedTuple

import torch
from torch import Tensor

REACH = 2
"""Rows that a window reaches at most before or after its own row."""


class Packed(NamedTuple):
    """Where the tokens of a batch lie.

    Args:
        distinct: the distinct token ids of the batch, sorted, `[distinct]`.
        slots: for every packed row the position of its token in `distinct`, or `len(distinct)` for a row of zeros,
            `[rows + 4 * REACH]`: the rows of the last window layer, and `REACH` more on each side for each window.
        rows: the packed row of every token, counted without the margins, `[tokens]`.
        starts: the first token of every text, `[texts]`.
    """

    distinct: Tensor
    slots: Tensor
    rows: Tensor
    starts: Tensor


def pack(ids: Tensor, lengths: Tensor) -> Packed:
    """Lay out texts given as flat token ids and the number of tokens of each text.

    >>> packed = pack(torch.tensor([1, 9, 2, 1, 2]), torch.tensor([3, 2]))
    >>> packed.distinct.tolist(), packed.rows.tolist(), packed.starts.tolist()
    ([1, 2, 9], [0, 1, 2, 5, 6], [0, 3])
    >>> packed.slots.tolist()
    [3, 3, 3, 3, 0, 2, 1, 3, 3, 0, 1, 3, 3, 3, 3]
    """
    distinct, inverse = torch.unique(ids, return_inverse=True)
    text = torch.arange(len(lengths), device=ids.device)
    rows = torch.arange(len(ids), device=ids.device)
    rows += REACH * text.repeat_interleave(lengths, output_size=len(ids))
    slots = ids.new_full((len(ids) + REACH * (len(lengths) + 3),), len(distinct))
    slots[rows + 2 * REACH] = inverse
    return Packed(distinct, slots, rows, lengths.cumsum(0) - lengths)
