"""Mean Rank Correlation against scipy's Spearman correlation, pair by pair."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from worlds import World, random_world

from isoglot.evaluation.bias import correlation
from isoglot.evaluation.bias.correlation import mean_rank_correlation, rank_correlation


def spearman(one: list[int], other: list[int]) -> float:
    """Over the union, what a list lacks tied behind its end."""
    union = sorted(set(one) | set(other))
    if len(union) == 1:
        return 1.0
    places = [[each.index(p) if p in each else len(each) for p in union] for each in (one, other)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(spearmanr(*places).statistic)


def expected(world: World) -> list[float]:
    """Pair by pair, in plain Python; NaN for queries that have no translation with a list."""
    topic, language = world.indexed.query_topic, world.indexed.query_language
    lists = [[p for p in row if p >= 0] for row in world.top.tolist()]
    means = []
    for q in range(len(lists)):
        others = [o for o in range(len(lists)) if topic[o] == topic[q] and language[o] != language[q] and lists[q]]
        means.append(np.mean([spearman(lists[q], lists[o]) for o in others]) if others else np.nan)
    return means


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_it_is_the_mean_of_spearmans_correlation_with_the_translations(seed: int) -> None:
    world = random_world(seed)
    found = mean_rank_correlation(world.top, world.indexed.query_topic, world.indexed.query_language)
    assert found.tolist() == pytest.approx(expected(world), abs=1e-9, nan_ok=True)


def test_a_hand_worked_example() -> None:
    # 12 is behind the end of the first list and 10 of the second: places 1 2 3 and 3 1 2, 1 - 6 * (4 + 1 + 1) / 24.
    assert rank_correlation(np.array([[10, 11]]), np.array([[11, 12]])).tolist() == pytest.approx([-0.5])


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ([4, 5, 6], [4, 5, 6], 1.0),
        ([4, 5, 6], [6, 5, 4], -1.0),
        (list(range(10)), list(range(10, 20)), -0.8583690987),
        ([4], [4], 1.0),
        ([4], [5], -1.0),
        ([4, -1], [4, -1], 1.0),
        ([-1, -1], [-1, -1], np.nan),
    ],
)
def test_the_ends_of_the_scale(one: list[int], other: list[int], value: float) -> None:
    assert rank_correlation(np.array([one]), np.array([other])).tolist() == pytest.approx([value], nan_ok=True)


def test_queries_of_the_same_language_are_not_compared() -> None:
    top = np.array([[1, 2], [2, 1], [1, 2]])
    found = mean_rank_correlation(top, np.zeros(3, int), np.array([0, 0, 1]))
    assert found.tolist() == pytest.approx([1.0, -1.0, 0.0])
    assert np.isnan(mean_rank_correlation(top, np.zeros(3, int), np.zeros(3, int))).all()


def test_blocks_do_not_change_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    world = random_world(5, passages=30)
    arguments = (world.top, world.indexed.query_topic, world.indexed.query_language)
    whole = mean_rank_correlation(*arguments)
    monkeypatch.setattr(correlation, "CELLS", 1)
    assert len(whole) > 3
    assert mean_rank_correlation(*arguments).tolist() == pytest.approx(whole.tolist(), nan_ok=True)


def test_no_queries_have_no_correlation() -> None:
    none = np.zeros(0, int)
    assert mean_rank_correlation(np.zeros((0, 10), int), none, none).tolist() == []
