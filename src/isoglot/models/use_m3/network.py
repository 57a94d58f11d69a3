"""The layers of multilingual universal sentence encoder v3 (CNN variant) on packed rows."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from isoglot.models.use_m3.packing import REACH, pack

VOCABULARY, TOKEN, BRANCH, HIDDEN, SENTENCE = 128_010, 512, 256, 320, 512
ORDERS = (2, 3, 5)
EPSILON = 1e-12


class ShiftedProducts(torch.autograd.Function):
    """`out[t] = bias + sum_k rows[t + k] @ weight[k]`, a 1-d convolution.

    Written out so that neither direction copies a window: forward and backward add into one matrix.
    """

    @staticmethod
    def forward(ctx: Any, rows: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """`[rows + order - 1, 256]` to `[rows, 256]`."""
        ctx.save_for_backward(rows, weight)
        count = len(rows) - len(weight) + 1
        total = torch.addmm(bias, rows[:count], weight[0])
        for shift in range(1, len(weight)):
            total.addmm_(rows[shift : shift + count], weight[shift])
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients of rows, weight and bias."""
        rows, weight = ctx.saved_tensors
        row_gradient, weight_gradient = torch.zeros_like(rows), torch.empty_like(weight)
        for shift in range(len(weight)):
            reach = slice(shift, shift + len(gradient))
            row_gradient[reach].addmm_(gradient, weight[shift].T)
            torch.mm(rows[reach].T, gradient, out=weight_gradient[shift])
        return row_gradient, weight_gradient, gradient.sum(0)


def autocast(*tensors: Tensor) -> list[Tensor]:
    """The tensors in the dtype of the enclosing autocast, if there is one."""
    device = tensors[0].device.type
    if not torch.is_autocast_enabled(device):
        return list(tensors)
    return [tensor.to(torch.get_autocast_dtype(device)) for tensor in tensors]


class Window(nn.Module):
    """`window(x) @ weight + bias` for windows of `order` rows of which `(order - 1) // 2` lie before the row itself.

    Args:
        order: rows of a window; the weight is `[order, 256, 256]`, one matrix for each row of the window.
    """

    def __init__(self, order: int) -> None:
        super().__init__()
        self.order, self.start = order, REACH - (order - 1) // 2
        self.weight = nn.Parameter(torch.empty(order, BRANCH, BRANCH))
        self.bias = nn.Parameter(torch.empty(BRANCH))

    def of_rows(self, rows: Tensor) -> Tensor:
        """`[rows + 2 * REACH, 256]` to `[rows, 256]`."""
        reached = rows[self.start : len(rows) - 2 * REACH + self.start + self.order - 1]
        return ShiftedProducts.apply(*autocast(reached, self.weight, self.bias))

    def of_slots(self, table: Tensor, slots: Tensor) -> Tensor:
        """The same where row `t` is `table[slots[t]]`: one product per table row and matrix, summed per window."""
        matrices = self.weight.transpose(0, 1).flatten(1)
        products = torch.addmm(functional.pad(self.bias, (0, (self.order - 1) * BRANCH)), table, matrices)
        count = len(slots) - 2 * REACH
        windows = slots[self.start :].unfold(0, self.order, 1)[:count] * self.order
        windows = windows + torch.arange(self.order, device=slots.device)
        return functional.embedding_bag(windows, products.view(-1, BRANCH), mode="sum")


class NgramBranch(nn.Module):
    """Two window layers of one order, each with ReLU and a residual connection."""

    def __init__(self, order: int) -> None:
        super().__init__()
        self.first, self.second = Window(order), Window(order)

    def forward(self, table: Tensor, slots: Tensor) -> Tensor:
        """Rows `y`, `[rows, 256]`, from the normalised rows of the distinct tokens; the last row of `table` is zero."""
        inner = slots[REACH:-REACH]
        inside = (inner < len(table) - 1).to(table.dtype).unsqueeze(1)
        x = functional.embedding(inner, table)
        h = torch.addcmul(x, functional.relu(self.first.of_slots(table, slots)), inside)
        return functional.relu(self.second.of_rows(h)) + h[REACH:-REACH]


class NormalisedSum(nn.Module):
    """`sum_t LayerNorm(c_t)` over the tokens of each text, where the columns of `c_t` come in parts.

    With `m_t` and `s_t` the mean and the inverse deviation of `c_t`, and T tokens, the sum is
    `weight * (sum_t s_t c_t - sum_t s_t m_t) + T * bias`, and `sum_t s_t m_t` is the mean of the columns of
    `sum_t s_t c_t`: so neither the concatenation nor the normalised rows are ever formed.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width))
        self.bias = nn.Parameter(torch.empty(width))

    def forward(self, parts: list[tuple[Tensor, Tensor]], starts: Tensor, lengths: Tensor) -> Tensor:
        """Sums, `[texts, width]`; each part is a matrix and, for every token of the batch, its row in that matrix."""
        width = len(self.weight)
        mean = torch.stack([part.sum(1)[rows] for part, rows in parts]).sum(0) / width
        square = torch.stack([torch.linalg.vecdot(part, part)[rows] for part, rows in parts]).sum(0) / width
        scale = (square - mean.square() + EPSILON).rsqrt()
        sums = torch.cat([scaled_sum(part, rows, starts, scale) for part, rows in parts], 1)
        return self.weight * (sums - sums.mean(1, keepdim=True)) + lengths.unsqueeze(1) * self.bias


def scaled_sum(matrix: Tensor, rows: Tensor, starts: Tensor, scale: Tensor) -> Tensor:
    """Sum over the tokens t of each text of `scale[t] * matrix[rows[t]]`."""
    return functional.embedding_bag(rows, matrix, starts, mode="sum", per_sample_weights=scale.to(matrix.dtype))


class SentenceLayers(nn.Module):
    """Dense layers from the sum over a text's tokens to its unit vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.pool = nn.Linear(width, SENTENCE)
        self.d0 = nn.Linear(SENTENCE, HIDDEN, bias=False)
        self.p1 = nn.Linear(SENTENCE, HIDDEN, bias=False)
        self.d1 = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.d2 = nn.Linear(HIDDEN, SENTENCE, bias=False)
        self.p3 = nn.Linear(HIDDEN, SENTENCE, bias=False)
        self.d3 = nn.Linear(SENTENCE, SENTENCE, bias=False)

    def forward(self, sums: Tensor, lengths: Tensor) -> Tensor:
        """`[texts, 512]` from sums `[texts, width]` over `lengths` tokens."""
        root = lengths.unsqueeze(1).to(sums.dtype).sqrt()
        v = functional.linear(sums / root, self.pool.weight) + root * self.pool.bias
        y0 = functional.relu(self.d0(v))
        y1 = functional.relu(self.p1(v) + self.d1(y0))
        y2 = functional.relu(self.d2(y1))
        return functional.normalize(torch.tanh(self.p3(y1) + self.d3(y2)), dim=1)


class Network(nn.Module):
    """Token table, three n-gram branches, sum over tokens, dense layers.

    The token table has sparse gradients: an optimiser can update the rows of a batch only.
    """

    def __init__(self) -> None:
        super().__init__()
        branches = len(ORDERS) * BRANCH
        self.tokens = nn.Embedding(VOCABULARY, TOKEN, sparse=True)
        self.project = nn.Linear(TOKEN, branches)
        self.project_norm = nn.GroupNorm(len(ORDERS), branches, EPSILON)
        self.branches = nn.ModuleList(NgramBranch(order) for order in ORDERS)
        self.token_norm = NormalisedSum(TOKEN + branches)
        self.sentence = SentenceLayers(TOKEN + branches)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Unit vectors `[texts, 512]` of texts given as flat token ids and tokens of each text."""
        packed = pack(ids, lengths)
        e = self.tokens(packed.distinct)
        x = self.project_norm(self.project(e))
        tables = functional.pad(x, (0, 0, 0, 1)).split(BRANCH, dim=1)
        parts = [(e, packed.slots[2 * REACH + packed.rows])]
        for branch, table in zip(self.branches, tables, strict=True):
            parts.append((branch(table.contiguous(), packed.slots), packed.rows))
        return self.sentence(self.token_norm(parts, packed.starts, lengths), lengths)
