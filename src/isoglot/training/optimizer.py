"""AdamW that steps only the touched rows of parameters with a sparse gradient, and clipping for both kinds."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

FUSED_DEVICES = ("cpu", "cuda")

# Numbers of a table that a processor gathers, steps and writes back before the next ones, so that they stay in its
# caches and their memory is used again.
BLOCK = 131_072


class RowwiseAdamW(torch.optim.AdamW):
    """AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) with lazy rows for sparse gradients.

    A parameter with a sparse gradient changes in the rows of that gradient only: weights, both moments and the
    decoupled weight decay of every other row stay as they are ("lazy Adam", as in `torch.optim.SparseAdam`). The bias
    correction counts the steps of the parameter, not those of a row. Every other parameter is stepped by
    `torch.optim.AdamW` itself. Both use its fused kernel where there is one.

    Args:
        params: parameters or parameter groups, as for `torch.optim.AdamW`.
        lr: learning rate.
        betas: decay rates of the first and second moment.
        eps: added to the root of the second moment.
        weight_decay: decoupled weight decay, times the learning rate at each step.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        for group in self.param_groups:
            group["fused"] = all(map(_has_fused_step, group["params"]))

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update every parameter that has a gradient; a closure is called first, and its loss returned."""
        with torch.enable_grad():
            loss = None if closure is None else closure()
        sparse: dict[Tensor, Tensor] = {}
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None and parameter.grad.is_sparse:
                    step_touched_rows(parameter, self.state[parameter], group)
                    sparse[parameter], parameter.grad = parameter.grad, None
        super().step()
        for parameter, gradient in sparse.items():
            parameter.grad = gradient
        return loss


def _has_fused_step(parameter: Tensor) -> bool:
    return parameter.device.type in FUSED_DEVICES and parameter.is_floating_point()


def step_touched_rows(parameter: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
    """One AdamW step, in place, of the rows that the sparse gradient of `parameter` holds.

    Args:
        parameter: `[rows, ...]` with a gradient sparse in its first dimension.
        state: `step`, `exp_avg` and `exp_avg_sq` as in `torch.optim.AdamW`; empty before the first step.
        group: `lr`, `betas`, `eps`, `weight_decay` and `fused`.
    """
    if not state:
        state["step"] = torch.zeros((), device=parameter.device if group["fused"] else None)
        state["exp_avg"] = torch.zeros_like(parameter)
        state["exp_avg_sq"] = torch.zeros_like(parameter)
    assert parameter.grad is not None
    gradient = parameter.grad.coalesce()
    rows, values = gradient.indices()[0], gradient.values()
    tables = (parameter, state["exp_avg"], state["exp_avg_sq"])
    in_caches = BLOCK // max(1, values.shape[1:].numel())
    count = max(1, in_caches if parameter.device.type == "cpu" else len(rows))
    for block, its_values in zip(rows.split(count), values.split(count), strict=True):
        _step_block(tables, block, its_values, state["step"].clone(), group)
    state["step"] += 1


def _step_block(
    tables: tuple[Tensor, Tensor, Tensor], rows: Tensor, gradient: Tensor, step: Tensor, group: dict[str, Any]
) -> None:
    weight, mean, square = (table.index_select(0, rows) for table in tables)
    adamw(
        [weight], [gradient], [mean], [square], [], [step],
        fused=group["fused"], foreach=False, amsgrad=False, maximize=False,
        beta1=group["betas"][0], beta2=group["betas"][1], lr=group["lr"], eps=group["eps"],
        weight_decay=group["weight_decay"],
    )  # fmt: skip
    for table, updated in zip(tables, (weight, mean, square), strict=True):
        table.index_copy_(0, rows, updated)


@torch.no_grad()
def clip_gradients(parameters: Iterable[nn.Parameter], max_norm: float) -> Tensor:
    """Scale all gradients, sparse and dense, so that their joint L2 norm is at most `max_norm`.

    Sparse gradients are coalesced first: rows that were added to twice count as their sum, as they do when stepped.

    Returns:
        The norm before clipping, a scalar.
    """
    values = [_gradient_values(parameter) for parameter in parameters if parameter.grad is not None]
    norm = torch.nn.utils.get_total_norm(values)
    if values and max_norm != float("inf"):
        torch._foreach_mul_(values, (max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


def _gradient_values(parameter: nn.Parameter) -> Tensor:
    """The numbers of a gradient, sharing its memory."""
    gradient = parameter.grad
    assert gradient is not None
    if not gradient.is_sparse:
        return gradient
    parameter.grad = gradient.coalesce()
    return parameter.grad.values()
