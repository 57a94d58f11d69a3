"""InfoNCE against a softmax written by hand, sentence-transformers' own loss, and two real worker processes."""

import copy
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed as dist
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch import Tensor, nn

from isoglot.models.load import load_model
from isoglot.training.loss import InBatchInfoNCE, info_nce


def softmax_loss(
    queries: NDArray, candidates: NDArray, excluded: NDArray, temperature: float, own: list[int]
) -> NDArray:
    """-log of the softmax at each query's own candidate, one query and one candidate at a time."""
    losses = []
    for query, left_out, target in zip(queries, excluded, own, strict=True):
        weights = {
            number: np.exp(query @ other / np.linalg.norm(query) / np.linalg.norm(other) / temperature)
            for number, other in enumerate(candidates)
            if not left_out[number]
        }
        losses.append(-np.log(weights[target] / sum(weights.values())))
    return np.array(losses)


def random_problem(seed: int, size: int, candidates: int, first: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, candidates and a mask that leaves every query its own candidate."""
    generator = torch.Generator().manual_seed(seed)
    excluded = torch.rand(size, candidates, generator=generator) < 0.4
    excluded[torch.arange(size), first + torch.arange(size)] = False
    vectors = (torch.randn(rows, 7, generator=generator, dtype=torch.float64) for rows in (size, candidates))
    return *vectors, excluded


class Lookup(nn.Module):
    """A model whose features are the vectors themselves."""

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale, dtype=torch.float64))

    def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"sentence_embedding": self.scale * features["vectors"]}


def feed(*columns: Tensor) -> list[dict[str, Any]]:
    return [{"vectors": column} for column in columns]


@given(seed=st.integers(0, 10**6), size=st.integers(1, 6), extra=st.integers(0, 9), tau=st.floats(0.02, 2.0))
@settings(max_examples=60, deadline=None)
def test_equals_a_hand_written_softmax(seed: int, size: int, extra: int, tau: float) -> None:
    first = seed % (extra + 1)
    queries, candidates, excluded = random_problem(seed, size, size + extra, first)
    expected = softmax_loss(
        queries.numpy(), candidates.numpy(), excluded.numpy(), tau, [first + i for i in range(size)]
    )
    found = info_nce(queries, candidates, excluded, tau, first)
    assert found.item() == pytest.approx(expected.mean(), rel=1e-5, abs=1e-6)


def test_excluded_candidates_get_exactly_no_gradient_and_others_do() -> None:
    queries, candidates, excluded = random_problem(3, 4, 9)
    excluded[:, 6] = True
    candidates.requires_grad_()
    info_nce(queries, candidates, excluded, 0.1).backward()
    moved = candidates.grad.abs().sum(dim=1) > 0
    assert moved.tolist() == (~excluded.all(dim=0)).tolist()
    assert not moved[6]


def test_an_excluded_pair_does_not_move_the_query_either() -> None:
    queries, candidates, excluded = random_problem(5, 3, 3)
    excluded[:] = ~torch.eye(3, dtype=torch.bool)
    queries.requires_grad_()
    info_nce(queries, candidates, excluded, 0.1).backward()
    assert not queries.grad.any()


@pytest.mark.parametrize("symmetric", [False, True])
def test_several_hard_negatives_stay_with_the_right_mask_columns(symmetric: bool) -> None:
    size, negatives = 4, 3
    queries, candidates, excluded = random_problem(11, size, size * (1 + negatives))
    passages, hard = candidates[:size], candidates[size:]
    loss = InBatchInfoNCE(Lookup(), 0.3, symmetric=symmetric)(feed(queries, passages, hard), excluded)
    forward = softmax_loss(queries.numpy(), candidates.numpy(), excluded.numpy(), 0.3, list(range(size))).mean()
    backward = softmax_loss(
        passages.numpy(), queries.numpy(), excluded[:, :size].T.numpy(), 0.3, list(range(size))
    ).mean()
    assert loss.item() == pytest.approx((forward + backward) / 2 if symmetric else forward, rel=1e-5)


def test_temperature_is_what_divides_the_cosines() -> None:
    queries, candidates, excluded = random_problem(1, 3, 5)
    losses = [InBatchInfoNCE(Lookup(), tau)(feed(queries, candidates), excluded).item() for tau in (0.05, 0.5, 1e6)]
    assert len({round(loss, 6) for loss in losses}) == 3
    kept = (~excluded).sum(dim=1).double()
    assert losses[2] == pytest.approx(float(kept.log().mean()), rel=1e-4)


def test_vectors_of_any_length_give_the_same_loss() -> None:
    queries, candidates, excluded = random_problem(2, 3, 5)
    once, scaled = (InBatchInfoNCE(Lookup(by), 0.2)(feed(queries, candidates), excluded) for by in (1.0, 40.0))
    assert once.item() == pytest.approx(scaled.item(), rel=1e-6)


@pytest.mark.parametrize(("negatives", "symmetric"), [(0, False), (0, True), (2, False)])
def test_equals_sentence_transformers_loss_in_value_and_gradient(
    xlm_roberta: Path, negatives: int, symmetric: bool
) -> None:
    ours = load_model(str(xlm_roberta)).eval().double()
    theirs = copy.deepcopy(ours)
    texts = [[f"river {row * 7 + column} ends in en{row}" for row in range(4)] for column in range(2 + negatives)]
    queries, passages, *hard = texts
    flat = [column[row] for row in range(4) for column in hard]
    features = [ours.preprocess(column) for column in (queries, passages, *([flat] if flat else []))]
    loss = InBatchInfoNCE(ours, 0.04, symmetric=symmetric)(features, torch.zeros(4, 4 * (1 + negatives), dtype=bool))
    options = {"directions": ("query_to_doc", "doc_to_query"), "partition_mode": "per_direction"} if symmetric else {}
    reference = MultipleNegativesRankingLoss(theirs, scale=1 / 0.04, **options)
    expected = reference([theirs.preprocess(column) for column in (queries, passages, *hard)], None)
    loss.backward()
    expected.backward()
    assert loss.item() == pytest.approx(expected.item(), abs=1e-9)
    gradients = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        if parameter.grad is not None or gradients[name].grad is not None:
            torch.testing.assert_close(parameter.grad, gradients[name].grad, rtol=1e-7, atol=1e-9, msg=name)


def share_of_the_gradient(rank: int, rendezvous: str, problem: tuple[Tensor, ...], queue: Any) -> None:
    """What one of two workers contributes to loss and gradient of the model's one parameter."""
    dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=2)
    queries, passages, hard, excluded = problem
    own = slice(rank * 2, rank * 2 + 2)
    negatives = len(hard) // len(queries)
    model = Rotation()
    columns = feed(queries[own], passages[own], hard[own.start * negatives : own.stop * negatives])
    loss = InBatchInfoNCE(model, 0.3, symmetric=True)(columns, excluded[own])
    loss.backward()
    queue.put((loss.item(), model.weight.grad.numpy()))
    dist.destroy_process_group()


class Rotation(nn.Module):
    """A model with one matrix, the same in every process."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(5)
        self.weight = nn.Parameter(torch.randn(7, 7, generator=generator, dtype=torch.float64))

    def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"sentence_embedding": features["vectors"] @ self.weight}


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
def test_two_workers_with_hard_negatives_equal_one(tmp_path: Path) -> None:
    queries, candidates, excluded = random_problem(17, 4, 4 * 3)
    problem = (queries, candidates[:4], candidates[4:], excluded)
    model = Rotation()
    loss = InBatchInfoNCE(model, 0.3, symmetric=True)(feed(*problem[:3]), excluded)
    loss.backward()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    arguments = (str(tmp_path / "rendezvous"), problem, queue)
    workers = [context.Process(target=share_of_the_gradient, args=(rank, *arguments)) for rank in range(2)]
    for worker in workers:
        worker.start()
    shares = [queue.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert np.mean([share[0] for share in shares]) == pytest.approx(loss.item(), rel=1e-6)
    np.testing.assert_allclose(np.mean([share[1] for share in shares], axis=0), model.weight.grad, rtol=1e-5, atol=1e-7)
