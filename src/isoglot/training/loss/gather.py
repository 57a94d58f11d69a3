"""Rows of every worker, with gradients where they have them."""

import torch.distributed as dist
from sentence_transformers.util import all_gather
from torch import Tensor


def from_all_workers(rows: Tensor) -> Tensor:
    """The rows of all workers, one below the other in the order of their ranks; each worker holds as many."""
    return all_gather(rows, with_grad=rows.requires_grad) if dist.is_initialized() else rows


def first_row(rows: Tensor) -> int:
    """Where this worker's rows begin among those of all workers."""
    return dist.get_rank() * len(rows) if dist.is_initialized() else 0
