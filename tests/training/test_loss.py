"""InfoNCE against a softmax written by hand, sentence-transformers' own loss, and two real worker processes."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from accelerate import PartialState
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss, MultipleNegativesRankingLoss
from torch import Tensor

from isoglot.errors import RequestError
from isoglot.models.load import load_model
from isoglot.training.loss import Labels, Objective, info_nce
from isoglot.training.loss.info_nce import grouped_info_nce
from training.workers import run_workers


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
    loss = Objective(0.3, symmetric=symmetric)([queries, passages, hard], Labels(excluded))
    forward = softmax_loss(queries.numpy(), candidates.numpy(), excluded.numpy(), 0.3, list(range(size))).mean()
    backward = softmax_loss(
        passages.numpy(), queries.numpy(), excluded[:, :size].T.numpy(), 0.3, list(range(size))
    ).mean()
    assert loss.item() == pytest.approx((forward + backward) / 2 if symmetric else forward, rel=1e-5)


def test_temperature_is_what_divides_the_cosines() -> None:
    queries, candidates, excluded = random_problem(1, 3, 5)
    losses = [Objective(tau)([queries, candidates], Labels(excluded)).item() for tau in (0.05, 0.5, 1e6)]
    assert len({round(loss, 6) for loss in losses}) == 3
    kept = (~excluded).sum(dim=1).double()
    assert losses[2] == pytest.approx(float(kept.log().mean()), rel=1e-4)


def test_vectors_of_any_length_give_the_same_loss() -> None:
    queries, candidates, excluded = random_problem(2, 3, 5)
    once, scaled = (Objective(0.2)([by * queries, by * candidates], Labels(excluded)) for by in (1.0, 40.0))
    assert once.item() == pytest.approx(scaled.item(), rel=1e-6)


@given(seed=st.integers(0, 10**6), size=st.integers(1, 6), extra=st.integers(0, 9), tau=st.floats(0.02, 2.0))
@settings(max_examples=60, deadline=None)
def test_grouped_positives_with_one_positive_are_plain_info_nce(seed: int, size: int, extra: int, tau: float) -> None:
    first = seed % (extra + 1)
    queries, candidates, excluded = random_problem(seed, size, size + extra, first)
    positive = torch.zeros_like(excluded)
    positive[torch.arange(size), first + torch.arange(size)] = True
    leaves = [rows.clone().requires_grad_() for rows in (queries, candidates) * 2]
    plain = info_nce(leaves[0], leaves[1], excluded, tau, first)
    grouped = grouped_info_nce(leaves[2], leaves[3], excluded, positive, tau)
    (plain + grouped).backward()
    assert grouped.item() == pytest.approx(plain.item(), rel=1e-12, abs=1e-12)
    for ours, theirs in zip(leaves[:2], leaves[2:], strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-9, atol=1e-12)


@given(seed=st.integers(0, 10**6), size=st.integers(1, 5), extra=st.integers(0, 9), tau=st.floats(0.05, 2.0))
@settings(max_examples=60, deadline=None)
def test_grouped_positives_equal_the_fraction_written_by_hand(seed: int, size: int, extra: int, tau: float) -> None:
    queries, candidates, excluded = random_problem(seed, size, size + extra)
    generator = torch.Generator().manual_seed(seed + 1)
    positive = ~excluded & (torch.rand(excluded.shape, generator=generator) < 0.4)
    positive[torch.arange(size), torch.arange(size)] = True
    expected = []
    for query, left_out, right in zip(queries.numpy(), excluded.numpy(), positive.numpy(), strict=True):
        cosine = candidates.numpy() @ query / np.linalg.norm(candidates.numpy(), axis=1) / np.linalg.norm(query)
        expected.append(-np.log(np.exp(cosine[right] / tau).sum() / np.exp(cosine[~left_out] / tau).sum()))
    found = Objective(tau)([queries, candidates], Labels(excluded, positive))
    assert found.item() == pytest.approx(np.mean(expected), rel=1e-6, abs=1e-9)


def test_grouped_positives_of_two_versions_by_hand() -> None:
    """Cosines 1 and 0 with the passage and its version, 0 with the other passage: -log((e + 1) / (e + 2))."""
    query, passages = torch.tensor([[1.0, 0.0, 0.0]]), torch.eye(3, dtype=torch.float64)
    positive = torch.tensor([[True, True, False]])
    loss = Objective(1.0)([query.double(), passages], Labels(torch.zeros(1, 3, dtype=torch.bool), positive))
    assert loss.item() == pytest.approx(-np.log((np.e + 1) / (np.e + 2)), rel=1e-9)


@pytest.mark.parametrize(("negatives", "symmetric"), [(0, False), (0, True), (2, False)])
def test_equals_sentence_transformers_loss_in_value_and_gradient(
    xlm_roberta: Path, negatives: int, symmetric: bool
) -> None:
    ours = load_model(str(xlm_roberta)).eval().double()
    theirs = copy.deepcopy(ours)
    texts = [[f"river {row * 7 + column} ends in en{row}" for row in range(4)] for column in range(2 + negatives)]
    columns = in_columns(texts)
    objective = Objective(0.04, symmetric=symmetric)
    loss = objective(vectors_of(ours, columns), Labels(torch.zeros(4, 4 * (1 + negatives), dtype=bool)))
    options = {"directions": ("query_to_doc", "doc_to_query"), "partition_mode": "per_direction"} if symmetric else {}
    reference = MultipleNegativesRankingLoss(theirs, scale=1 / 0.04, **options)
    expected = reference([theirs.preprocess(column) for column in texts], None)
    assert_same_loss_and_gradient(ours, theirs, loss, expected)


@pytest.mark.parametrize("negatives", [0, 2])
def test_matryoshka_equals_sentence_transformers(xlm_roberta: Path, negatives: int) -> None:
    ours = load_model(str(xlm_roberta)).eval().double()
    theirs = copy.deepcopy(ours)
    texts = [[f"river {row * 7 + column} ends in en{row}" for row in range(4)] for column in range(2 + negatives)]
    labels = Labels(torch.zeros(4, 4 * (1 + negatives), dtype=bool))
    loss = Objective(0.04, dimensions=[16, 5])(vectors_of(ours, in_columns(texts)), labels)
    inner = MultipleNegativesRankingLoss(theirs, scale=1 / 0.04)
    reference = MatryoshkaLoss(theirs, inner, [32, 16, 5])
    expected = reference([theirs.preprocess(column) for column in texts], None) / 3  # theirs is the sum
    assert_same_loss_and_gradient(ours, theirs, loss, expected)


def in_columns(texts: list[list[str]]) -> list[list[str]]:
    """Queries, passages and, where there are any, the hard negatives of one example after those of another."""
    queries, passages, *hard = texts
    flat = [column[row] for row in range(len(queries)) for column in hard]
    return [queries, passages, *([flat] if flat else [])]


def vectors_of(model: SentenceTransformer, columns: list[list[str]]) -> list[Tensor]:
    return [model(model.preprocess(column))["sentence_embedding"] for column in columns]


def assert_same_loss_and_gradient(
    ours: SentenceTransformer, theirs: SentenceTransformer, loss: Tensor, expected: Tensor
) -> None:
    loss.backward()
    expected.backward()
    assert loss.item() == pytest.approx(expected.item(), abs=1e-9)
    gradients = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        if parameter.grad is not None or gradients[name].grad is not None:
            torch.testing.assert_close(parameter.grad, gradients[name].grad, rtol=1e-7, atol=1e-9, msg=name)


def test_matryoshka_is_the_mean_over_the_cut_vectors_and_the_whole() -> None:
    queries, candidates, excluded = random_problem(4, 3, 6)
    vectors, labels = [queries, candidates[:3], candidates[3:]], Labels(excluded)
    cut = [Objective(0.2, symmetric=True)([rows[:, :size] for rows in vectors], labels) for size in (2, 5, 7)]
    found = Objective(0.2, symmetric=True, dimensions=[2, 5])(vectors, labels)
    assert found.item() == pytest.approx(torch.stack(cut).mean().item(), rel=1e-9)


@pytest.mark.parametrize("wrong", [7, 8, 0, -1])
def test_matryoshka_needs_fewer_dimensions_than_the_model(wrong: int) -> None:
    queries, candidates, excluded = random_problem(4, 3, 3)
    with pytest.raises(RequestError, match=rf"first {wrong} of the model's 7 dimensions"):
        Objective(0.2, dimensions=[2, wrong])([queries, candidates], Labels(excluded))


EVERYTHING = [
    {"symmetric": True},
    {"symmetric": True, "dimensions": [3, 5]},
    {"symmetric": True, "distill": "scores", "distill_weight": 0.7, "dimensions": [3]},
    {"distill": "vectors", "distill_weight": 0.7},
]


def whole_problem(options: dict[str, Any]) -> tuple[list[Tensor], Labels]:
    """Four examples with two hard negatives and one version each, and a teacher that knows some texts."""
    queries, candidates, excluded = random_problem(17, 4, 4 * 4)
    positive = torch.eye(4, dtype=torch.bool).repeat(1, 4) & (torch.arange(16) % 16 // 4 % 3 == 0)
    generator = torch.Generator().manual_seed(6)
    teacher = torch.randn(20, 7 if options.get("distill") == "vectors" else 9, generator=generator).double()
    teacher[[2, 5, 9, 16]] = torch.nan
    vectors = [queries, candidates[:4], candidates[4:12], candidates[12:]]
    taught = list(teacher.split([4, 4, 8, 4])) if "distill" in options else None
    return vectors, Labels(excluded & ~positive, positive, taught)


def shares_of_the_gradient() -> list[tuple[float, NDArray]]:
    """What this one of two workers contributes to loss and gradient of one matrix, for each of the objectives."""
    rank, shares = PartialState().process_index, []
    for options in EVERYTHING:
        vectors, labels = whole_problem(options)
        half = [rows.chunk(2)[rank] for rows in vectors]
        taught = None if labels.teacher is None else [rows.chunk(2)[rank] for rows in labels.teacher]
        own = Labels(labels.excluded.chunk(2)[rank], labels.positive.chunk(2)[rank], taught)
        weight = rotation()
        loss = Objective(0.3, **options)([rows @ weight for rows in half], own)
        loss.backward()
        shares.append((loss.item(), weight.grad.numpy()))
    return shares


def rotation() -> Tensor:
    generator = torch.Generator().manual_seed(5)
    return torch.randn(7, 7, generator=generator, dtype=torch.float64).requires_grad_()


def test_two_workers_equal_one_whatever_the_objective() -> None:
    shares = zip(*run_workers(2, shares_of_the_gradient), strict=True)
    for options, both in zip(EVERYTHING, shares, strict=True):
        vectors, labels = whole_problem(options)
        weight = rotation()
        loss = Objective(0.3, **options)([rows @ weight for rows in vectors], labels)
        loss.backward()
        losses, gradients = zip(*both, strict=True)
        assert np.mean(losses) == pytest.approx(loss.item(), rel=1e-6)
        np.testing.assert_allclose(np.mean(gradients, axis=0), weight.grad, rtol=1e-5, atol=1e-7)
