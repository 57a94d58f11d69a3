"""The pairs of languages that each strategy allows, and how often."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoglot.batches import STRATEGIES, strategy_named
from isoglot.batches.strategies import cross_lingual, hybrid, mixed, monolingual
from isoglot.errors import RequestError

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


@pytest.mark.parametrize("alpha", [-0.01, 1.01, 2, float("nan"), float("inf")])
@pytest.mark.parametrize("name", STRATEGIES)
def test_alpha_outside_0_to_1_is_an_error(name: str, alpha: float) -> None:
    with pytest.raises(RequestError, match=f"alpha is {alpha}"):
        strategy_named(name, alpha)


def test_an_unknown_strategy_suggests_the_nearest() -> None:
    with pytest.raises(RequestError, match="did you mean 'cross-lingual'"):
        strategy_named("cross_lingual")


@given(st.integers(0, 2**32), st.sampled_from(STRATEGIES))
def test_a_draw_depends_on_the_generator_alone(seed: int, name: str) -> None:
    strategy, weights = strategy_named(name), WEIGHTS.copy()
    assert np.array_equal(strategy(weights, generator(seed)), strategy(weights, generator(seed)))
    assert np.array_equal(weights, WEIGHTS)


def test_one_language_has_no_cross_lingual_pair() -> None:
    assert not cross_lingual(np.ones(1), generator()).any()
