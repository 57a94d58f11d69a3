"""The gradient of a mean of token vectors, against torch's own."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from torch import nn
from torch.nn import functional

from isoglot.training.rowwise import make_rowwise


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), max_size=9), min_size=1, max_size=6), st.integers(0, 2**32))
def test_value_and_gradient_are_those_of_torch_and_every_touched_row_stands_once(
    texts: list[list[int]], seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    table = torch.randn(7, 5, dtype=torch.float64, generator=generator)
    ids = torch.tensor([row for text in texts for row in text], dtype=torch.long)
    offsets = torch.tensor(np.cumsum([0, *map(len, texts)])[:-1])
    weights = torch.randn(len(texts), 5, dtype=torch.float64, generator=generator)
    bag = nn.EmbeddingBag(7, 5, _weight=table.clone())
    make_rowwise(SentenceTransformer(modules=[nn.Sequential(bag)]))
    theirs = table.clone().requires_grad_()
    for times in (1, 2):  # as a second chunk adds to the gradient of the first
        found, expected = bag(ids, offsets), functional.embedding_bag(ids, theirs, offsets)
        torch.testing.assert_close(found, expected)
        for means in (found, expected):
            (means * weights).sum().backward()
        assert bag.weight.grad.is_coalesced() or times == 2
        rows = bag.weight.grad.coalesce().indices()[0].tolist()
        assert rows == sorted({row for text in texts for row in text})
        torch.testing.assert_close(bag.weight.grad.to_dense(), theirs.grad)
