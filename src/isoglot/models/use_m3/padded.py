"""The same network on padded texts, in operations that can be exported; for few short texts, not for training."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from isoglot.models.use_m3.network import BRANCH, EPSILON, Network, NgramBranch, Window


class PaddedNetwork(nn.Module):
    """A module of sentence-transformers that shares the weights of a network.

    Features are `input_ids`, int64 `[texts, longest]`, and `attention_mask`, 1 for tokens and 0 for padding.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: dict[str, Any]) -> dict[str, Any]:
        """Add `sentence_embedding`, unit vectors `[texts, 512]`."""
        network, mask = self.network, features["attention_mask"]
        inside = mask.unsqueeze(2).to(network.token_norm.weight.dtype)
        e = network.tokens(features["input_ids"])
        tables = network.project(e).unflatten(2, (-1, BRANCH))
        tables = functional.layer_norm(tables, (BRANCH,), eps=EPSILON).flatten(2)
        tables = (tables * network.project_norm.weight + network.project_norm.bias) * inside
        branches: Any = network.branches
        pairs = zip(branches, tables.split(BRANCH, 2), strict=True)
        parts = torch.cat([e, *(_of_branch(branch, x, inside) for branch, x in pairs)], 2)
        norm = network.token_norm
        normalised = functional.layer_norm(parts, (parts.shape[2],), norm.weight, norm.bias, EPSILON)
        features["sentence_embedding"] = network.sentence((normalised * inside).sum(1), mask.sum(1))
        return features


def padded(features: dict[str, Tensor]) -> dict[str, Tensor]:
    """The features of `PaddedNetwork` from those of `UseM3`.

    >>> made = padded({"input_ids": torch.tensor([1, 9, 2, 1, 2]), "lengths": torch.tensor([3, 2])})
    >>> made["input_ids"].tolist(), made["attention_mask"].tolist()
    ([[1, 9, 2], [1, 2, 0]], [[1, 1, 1], [1, 1, 0]])
    """
    lengths = features["lengths"]
    ids = pad_sequence(features["input_ids"].split(lengths.tolist()), batch_first=True)
    mask = torch.arange(ids.shape[1]) < lengths.unsqueeze(1)
    return {"input_ids": ids, "attention_mask": mask.to(torch.int64)}


def _of_branch(branch: NgramBranch, x: Tensor, inside: Tensor) -> Tensor:
    h = (x + functional.relu(_of_window(branch.first, x))) * inside
    return functional.relu(_of_window(branch.second, h)) + h


def _of_window(window: Window, rows: Tensor) -> Tensor:
    """One product with rows side by side: runtimes keep the matrix of a product ready, not that of a convolution."""
    before = (window.order - 1) // 2
    reached = functional.pad(rows, (0, 0, before, window.order - 1 - before))
    beside = torch.cat([reached[:, shift : shift + rows.shape[1]] for shift in range(window.order)], 2)
    return beside @ window.weight.flatten(0, 1) + window.bias
