"""Gradient caching: the gradient of the whole batch, in memory that does not grow with it."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from isoglot.models.load import load_model
from isoglot.training import step
from isoglot.training.loss import Labels, Objective
from isoglot.training.reading import Share
from isoglot.training.step import chunks, loss_with_gradients, step_seed


class WordTexts:
    """Texts of unlike lengths, tokenised when asked for."""

    padded = True

    def __init__(self, model: SentenceTransformer, count: int) -> None:
        self.model = model
        self.texts = [f"river {row * 37} " + "ends in " * (row % 6) + f"en{row}" for row in range(count)]

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.array([len(ids) for ids in self.model.tokenizer(self.texts)["input_ids"]])

    def features(self, places: NDArray[np.int64]) -> dict[str, Any]:
        return self.model.preprocess([self.texts[place] for place in places.tolist()])


def share_of(model: SentenceTransformer, examples: int) -> Share:
    """Queries, passages and two hard negatives for each, some of them excluded."""
    excluded = torch.rand(examples, 3 * examples, generator=torch.Generator().manual_seed(2)) < 0.2
    excluded[torch.arange(examples), torch.arange(examples)] = False
    return Share(WordTexts(model, 4 * examples), [examples, examples, 2 * examples], Labels(excluded))


def gradients(
    model: SentenceTransformer, share: Share, chunk_tokens: int | None, temperature: float = 0.05
) -> tuple[float, dict[str, Tensor]]:
    model = copy.deepcopy(model)
    torch.manual_seed(8)
    loss = loss_with_gradients(
        lambda features: model(features)["sentence_embedding"],
        Objective(temperature, symmetric=True),
        share,
        chunk_tokens=chunk_tokens,
    )
    return loss.item(), {name: each.grad for name, each in model.named_parameters() if each.grad is not None}


@pytest.fixture(scope="module")
def encoder(xlm_roberta: Path) -> SentenceTransformer:
    """With dropout 0.1, in double precision."""
    return load_model(str(xlm_roberta)).double().train()


@pytest.fixture(scope="module")
def without_dropout(encoder: SentenceTransformer) -> SentenceTransformer:
    model = copy.deepcopy(encoder)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


@given(lengths=st.lists(st.integers(0, 40), min_size=1, max_size=60), budget=st.integers(1, 100))
def test_chunks_hold_every_text_once_within_the_budget_and_padded_little(lengths: list[int], budget: int) -> None:
    pieces = list(chunks(np.array(lengths), budget))
    assert sorted(np.concatenate(pieces).tolist()) == list(range(len(lengths)))
    longest = [max(lengths[place] for place in piece) for piece in pieces]
    assert longest == sorted(longest, reverse=True)
    assert all(len(piece) == 1 or len(piece) * most <= budget for piece, most in zip(pieces, longest, strict=True))


@pytest.mark.parametrize("temperature", [0.02, 0.5])
@pytest.mark.parametrize("chunk_tokens", [1, 60, 300])
def test_gradient_is_that_of_the_whole_batch_without_dropout(
    chunk_tokens: int, temperature: float, without_dropout: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = share_of(without_dropout, 6)
    monkeypatch.setattr(step, "TOGETHER", 10**9)
    loss, expected = gradients(without_dropout, share, None, temperature)
    cached_loss, found = gradients(without_dropout, share, chunk_tokens, temperature)
    assert cached_loss == pytest.approx(loss, rel=1e-12)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-9, atol=1e-12, msg=name)


def test_dropout_of_the_first_encoding_is_that_of_the_second(
    encoder: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same chunks with their graphs kept have one encoding only."""
    share = share_of(encoder, 6)
    monkeypatch.setattr(step, "TOGETHER", 60)
    loss, expected = gradients(encoder, share, None)
    cached_loss, found = gradients(encoder, share, 60)
    assert cached_loss == loss
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=0, atol=0, msg=name)


def test_chunks_draw_dropout_of_their_own(encoder: SentenceTransformer, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []
    share = share_of(encoder, 6)

    def encode(features: dict[str, Any]) -> Tensor:
        drawn.append(torch.rand(1).item())
        return encoder(features)["sentence_embedding"]

    loss_with_gradients(encode, Objective(0.1), share, chunk_tokens=60)
    encoder.zero_grad()
    once, again = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    assert once == again
    assert len(set(once)) == len(once) > 2


def test_seed_of_a_step_is_another_for_every_seed_step_and_worker() -> None:
    seeds = {step_seed(seed, number, rank) for seed in range(4) for number in range(50) for rank in range(4)}
    assert len(seeds) == 800


class Held:
    """Counts the numbers that graphs keep, and the most they kept at a time."""

    def __init__(self) -> None:
        self.now = self.most = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        with torch.autograd.graph.saved_tensors_hooks(self.keep, lambda kept: kept.tensor):
            yield

    def keep(self, tensor: Tensor) -> "Kept":
        return Kept(self, tensor.detach())  # a graph that kept its own output would never be freed


class Kept:
    def __init__(self, held: Held, tensor: Tensor) -> None:
        self.held, self.tensor = held, tensor
        held.now += tensor.numel()
        held.most = max(held.most, held.now)

    def __del__(self) -> None:
        self.held.now -= self.tensor.numel()


def most_held(model: SentenceTransformer, examples: int, chunk_tokens: int | None) -> int:
    held = Held()

    def encode(features: dict[str, Any]) -> Tensor:
        with held.counting():
            return model(features)["sentence_embedding"]

    loss_with_gradients(encode, Objective(0.1), share_of(model, examples), chunk_tokens=chunk_tokens)
    model.zero_grad()
    return held.most


def test_graphs_of_a_batch_twice_as_large_need_no_more_memory(without_dropout: SentenceTransformer) -> None:
    small, large = (most_held(without_dropout, examples, 60) for examples in (16, 32))
    assert large <= small * 1.1
    assert most_held(without_dropout, 32, None) > 5 * large
