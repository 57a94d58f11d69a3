"""The layers of isoglot/use-m3 as they are described, on padded texts: what they would be without isoglot's packing."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from isoglot.models.use_m3.network import BRANCH, EPSILON, Network, Window


class PlainNetwork(Network):
    """The same weights and the same vectors, with `conv1d` for windows, over texts padded to the longest."""

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Unit vectors `[texts, 512]` of texts given as flat token ids and tokens of each text."""
        padded = pad_sequence(list(ids.split(lengths.tolist())), batch_first=True)
        inside = (torch.arange(padded.shape[1]) < lengths[:, None]).unsqueeze(2)
        e = self.tokens(padded)
        x = self.project_norm(self.project(e).flatten(0, 1)).view(*padded.shape, -1)
        parts = [e]
        for branch, y in zip(self.branches, x.split(BRANCH, dim=2), strict=True):
            parts.append(two_windows(branch, y, inside))
        f = torch.cat(parts, 2)
        norm = functional.layer_norm(f, f.shape[2:], self.token_norm.weight, self.token_norm.bias, EPSILON)
        return self.sentence((norm * inside).sum(1), lengths)


def two_windows(branch: nn.Module, rows: Tensor, inside: Tensor) -> Tensor:
    """Two window layers with ReLU and a residual connection; what lies outside a text stays 0."""
    rows = rows * inside
    for window in branch.children():
        assert isinstance(window, Window)
        rows = (functional.relu(of_window(window, rows)) + rows) * inside
    return rows


def of_window(window: Window, rows: Tensor) -> Tensor:
    """The window layer on `[texts, tokens, 256]`, with zeros outside a text."""
    before = (window.order - 1) // 2
    reached = functional.pad(rows.transpose(1, 2), (before, window.order - 1 - before))
    return functional.conv1d(reached, window.weight.permute(2, 1, 0), window.bias).transpose(1, 2)
