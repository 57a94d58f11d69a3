"""The one exchange of gradients of a step."""

from collections.abc import Sequence

import torch
import torch.distributed as dist
from torch import Tensor, nn


def average_gradients(model: nn.Module, numbers: Tensor) -> Tensor:
    """Put the mean over workers in the place of every gradient.

    All dense gradients of a dtype travel in one buffer, in one all-reduce; whatever else the workers must agree on
    travels with those in float32. Sparse gradients of embeddings stay sparse: the rows that any worker touched.

    Args:
        model: the same in all workers. A parameter without a gradient in any worker is left without one; one that has
            a gradient in some counts as zero in the others.
        numbers: float32 [n], such as the loss.

    Returns:
        The mean of the numbers over workers, [n].
    """
    if not dist.is_initialized():
        return numbers
    sparse = sparse_weights(model)
    dense = [weight for weight in model.parameters() if weight.requires_grad and weight not in set(sparse)]
    has_gradient = torch.tensor([parameter.grad is not None for parameter in dense], dtype=torch.float32)
    touched = torch.zeros(len(sparse), dist.get_world_size())
    touched[:, dist.get_rank()] = torch.tensor([_touched_rows(weight) for weight in sparse])
    facts = [numbers, *(each.flatten().to(numbers.device) for each in (has_gradient, touched))]
    numbers, has_gradient, touched = sum_together(dense, torch.cat(facts)).split([len(each) for each in facts])
    for parameter, count in zip(dense, has_gradient.tolist(), strict=True):
        parameter.grad = parameter.grad if count else None
    for weight, counts in zip(sparse, touched.view(-1, dist.get_world_size()).int().tolist(), strict=True):
        gather_rows(weight, counts)
    return numbers / dist.get_world_size()


def sparse_weights(model: nn.Module) -> list[nn.Parameter]:
    """The learning parameters whose gradients are sparse."""
    tables = [module for module in model.modules() if isinstance(module, nn.Embedding | nn.EmbeddingBag)]
    shared = {id(table.weight): table.weight for table in tables if table.sparse and table.weight.requires_grad}
    return [weight for weight in shared.values() if isinstance(weight, nn.Parameter)]


def sum_together(parameters: Sequence[nn.Parameter], numbers: Tensor) -> Tensor:
    """Average dense gradients over workers, a missing one counting as zero; return the sums of the numbers."""
    for dtype in dict.fromkeys([torch.float32, *(parameter.dtype for parameter in parameters)]):
        group = [parameter for parameter in parameters if parameter.dtype == dtype]
        carried = numbers if dtype == torch.float32 else numbers.new_empty(0, dtype=dtype)
        buffer = torch.cat([*(_dense_gradient(parameter).flatten() for parameter in group), carried])
        dist.all_reduce(buffer)
        *gradients, sums = buffer.split([*(parameter.numel() for parameter in group), len(carried)])
        buffer[: len(buffer) - len(carried)] /= dist.get_world_size()
        for parameter, gradient in zip(group, gradients, strict=True):
            parameter.grad = gradient.view_as(parameter)
        if dtype == torch.float32:
            numbers = sums
    return numbers


def gather_rows(weight: nn.Parameter, counts: Sequence[int]) -> None:
    """Average a gradient that is sparse in its first dimension over workers.

    Args:
        weight: [rows, ...].
        counts: rows that each worker touched; none of them repeats a row.
    """
    if not any(counts):
        weight.grad = None
        return
    rows = torch.zeros(max(counts), dtype=torch.int64, device=weight.device)
    values = weight.new_zeros(max(counts), *weight.shape[1:])
    if own := counts[dist.get_rank()]:
        assert weight.grad is not None
        rows[:own], values[:own] = weight.grad.indices()[0], weight.grad.values()
    all_rows = torch.cat([part[:count] for part, count in zip(_from_all(rows), counts, strict=True)])
    all_values = torch.cat([part[:count] for part, count in zip(_from_all(values), counts, strict=True)])
    all_values /= dist.get_world_size()
    weight.grad = torch.sparse_coo_tensor(all_rows[None], all_values, weight.shape, check_invariants=False).coalesce()


def broadcast_weights(model: nn.Module) -> None:
    """Give every worker the parameters and buffers of the first one."""
    if dist.is_initialized():
        for tensor in (*model.parameters(), *model.buffers()):
            dist.broadcast(tensor.detach(), src=0)


def _dense_gradient(parameter: nn.Parameter) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def _touched_rows(weight: nn.Parameter) -> int:
    """How many rows the sparse gradient has, which is coalesced for that."""
    if weight.grad is None:
        return 0
    weight.grad = weight.grad.coalesce()
    return weight.grad.indices().shape[1]


def _from_all(rows: Tensor) -> list[Tensor]:
    parts = [torch.empty_like(rows) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, rows)
    return parts
