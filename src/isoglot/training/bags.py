"""Mean token vectors whose gradient is made row by row, instead of token by token and added up afterwards."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional


class MeanOfRows(torch.autograd.Function):
    """Mean of the table's rows over the tokens of each text, with a gradient that holds each touched row once."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, ids: Tensor, offsets: Tensor) -> Tensor:
        """Means, `[texts, d]`, of a table `[rows, d]`, flat token ids `[tokens]` and where each text begins."""
        ctx.save_for_backward(ids, offsets)
        ctx.shape = table.shape
        return functional.embedding_bag(ids, table, offsets)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        """A row's gradient is the sum over its tokens, and so a bag of the texts that these are in."""
        ids, offsets = ctx.saved_tensors
        lengths = offsets.diff(append=offsets.new_tensor([len(ids)]))
        order = ids.argsort(stable=True)
        rows, numbers = ids[order].unique_consecutive(return_counts=True)
        texts = torch.repeat_interleave(lengths)[order]
        shares = gradient / lengths.clamp(min=1).unsqueeze(1)
        values = functional.embedding_bag(texts, shares, numbers.cumsum(0) - numbers, mode="sum")
        return torch.sparse_coo_tensor(rows[None], values, ctx.shape, check_invariants=False), None, None


def mean_of_rows(table: nn.EmbeddingBag, ids: Tensor, offsets: Tensor) -> Tensor:
    """What a table for means gives, `[texts, d]`; its sparse gradients are made row by row."""
    if table.sparse:
        return MeanOfRows.apply(table.weight, ids, offsets)
    return functional.embedding_bag(ids, table.weight, offsets)
