"""The pairs of languages that each strategy allows, and how often."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoglot.batches import STRATEGIES, strategy_named
from isoglot.batches.strategies import Strategy, cross_lingual, hybrid, mixed, monolingual, one_pair, within_batch
from isoglot.errors import RequestError
from isoglot.training.recipe import StrategyName

WEIGHTS = np.array([0.5, 0.3, 0.2, 0.0])


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_mixed_weighs_each_language_with_itself() -> None:
    assert np.array_equal(mixed(WEIGHTS, generator()), [[0.5, 0, 0, 0], [0, 0.3, 0, 0], [0, 0, 0.2, 0], [0, 0, 0, 0]])


def test_cross_lingual_weighs_pairs_of_two_languages_alone() -> None:
    expected = [[0, 0.15, 0.10, 0], [0.15, 0, 0.06, 0], [0.10, 0.06, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(cross_lingual(WEIGHTS, generator()), expected)


def test_monolingual_draws_one_language_by_its_weight() -> None:
    rng, counts = generator(), np.zeros(4)
    for _ in range(4000):
        pairs = monolingual(WEIGHTS, rng)
        assert pairs.sum() == pairs.trace() == 1.0
        counts += pairs.diagonal()
    assert counts[3] == 0
    assert np.all(np.abs(counts - 4000 * WEIGHTS) <= 4.5 * np.sqrt(4000 * WEIGHTS * (1 - WEIGHTS)))


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_hybrid_is_monolingual_in_a_share_of_alpha(alpha: float) -> None:
    rng, draw = generator(1), hybrid(alpha)
    share = sum(draw(WEIGHTS, rng).trace() > 0 for _ in range(4000))
    assert abs(share - 4000 * alpha) <= 4.5 * np.sqrt(4000 * alpha * (1 - alpha))


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_hybrid_of_one_pair_has_one_pair_of_languages_in_each_batch(alpha: float) -> None:
    rng, draw = generator(2), strategy_named("hybrid-one-pair", alpha)(0)
    drawn = [draw(WEIGHTS, rng) for _ in range(4000)]
    assert all(np.count_nonzero(pairs) == pairs.sum() == 1.0 for pairs in drawn)
    share = sum(pairs.trace() for pairs in drawn)
    assert abs(share - 4000 * alpha) <= 4.5 * np.sqrt(4000 * alpha * (1 - alpha))


@pytest.mark.parametrize("alpha", [-0.01, 1.01, 2, float("nan"), float("inf")])
@pytest.mark.parametrize("name", STRATEGIES)
def test_alpha_outside_0_to_1_is_an_error(name: str, alpha: float) -> None:
    with pytest.raises(RequestError, match=f"alpha is {alpha}"):
        strategy_named(name, alpha)
    with pytest.raises(RequestError, match=f"alpha is {alpha}"):
        strategy_named(name, 0.5, alpha_end=alpha, steps=10)


def test_an_unknown_strategy_suggests_the_nearest() -> None:
    with pytest.raises(RequestError, match="did you mean 'cross-lingual'"):
        strategy_named("cross_lingual")


@given(st.integers(0, 2**32), st.sampled_from(STRATEGIES))
def test_a_draw_depends_on_the_generator_alone(seed: int, name: str) -> None:
    strategy, weights = strategy_named(name)(0), WEIGHTS.copy()
    assert np.array_equal(strategy(weights, generator(seed)), strategy(weights, generator(seed)))
    assert np.array_equal(weights, WEIGHTS)


@pytest.mark.parametrize("strategy", [cross_lingual, one_pair, within_batch(0.0), within_batch(0.9)])
def test_one_language_has_no_cross_lingual_pair(strategy: Strategy) -> None:
    assert not strategy(np.ones(1), generator()).any()


def test_one_pair_draws_one_pair_of_two_languages_by_the_weights_of_both() -> None:
    rng, counts = generator(), np.zeros((4, 4))
    for _ in range(4000):
        pairs = one_pair(WEIGHTS, rng)
        assert np.count_nonzero(pairs) == pairs.sum() == 1.0
        counts += pairs
    shares = np.array([[0, 0.15, 0.10, 0], [0.15, 0, 0.06, 0], [0.10, 0.06, 0, 0], [0, 0, 0, 0]]) / 0.62
    assert np.all(np.abs(counts - 4000 * shares) <= 4.5 * np.sqrt(4000 * shares * (1 - shares)))


def test_within_batch_gives_the_monolingual_pairs_alpha_together() -> None:
    pairs = within_batch(0.3)(np.array([0.5, 0.5]), generator())
    np.testing.assert_allclose(pairs, [[0.15, 0.35], [0.35, 0.15]])
    uneven = within_batch(0.3)(WEIGHTS, generator())
    np.testing.assert_allclose([uneven.trace(), uneven.sum(), uneven[0, 1]], [0.3, 1.0, 0.7 * 0.15 / 0.62])


def test_within_batch_ends_in_mixed_and_cross_lingual() -> None:
    assert np.array_equal(within_batch(1.0)(WEIGHTS, generator()), mixed(WEIGHTS, generator()))
    assert np.array_equal(within_batch(1.0)(np.ones(1), generator()), [[1.0]])
    cross = cross_lingual(WEIGHTS, generator())
    np.testing.assert_allclose(within_batch(0.0)(WEIGHTS, generator()), cross / cross.sum())


@pytest.mark.parametrize(
    ("steps", "step", "alpha"),
    [(5, 0, 0.9), (5, 1, 0.7), (5, 2, 0.5), (5, 4, 0.1), (5, 9, 0.1), (1, 0, 0.9), (2, 1, 0.1), (101, 25, 0.7)],
)
def test_alpha_goes_linearly_from_the_first_step_to_the_last(steps: int, step: int, alpha: float) -> None:
    pairs = strategy_named("within-batch", 0.9, 0.1, steps)(step)(WEIGHTS, generator())
    assert pairs.trace() == pytest.approx(alpha)


def test_the_schedule_of_hybrid_begins_monolingual_and_ends_cross_lingual() -> None:
    schedule, rng = strategy_named("hybrid", 1.0, 0.0, 3), generator()
    shares = [sum(schedule(step)(WEIGHTS, rng).trace() > 0 for _ in range(2000)) for step in range(3)]
    assert shares[0] == 2000
    assert abs(shares[1] - 1000) <= 4.5 * np.sqrt(500)
    assert shares[2] == 0


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 50))
def test_every_alpha_between_two_allowed_ones_is_allowed(first: float, last: float, steps: int) -> None:
    schedule = strategy_named("within-batch", first, last, steps)
    traces = [schedule(step)(WEIGHTS, generator()).trace() for step in range(steps)]
    assert traces[0] == pytest.approx(first)
    assert steps == 1 or traces[-1] == pytest.approx(last)
    assert sorted(traces, reverse=first > last) == pytest.approx(traces)


def test_recipes_know_every_strategy_and_no_other() -> None:
    assert get_args(StrategyName) == STRATEGIES
