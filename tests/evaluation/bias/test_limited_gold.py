"""The limited-gold test against trec_eval on rankings from which the passage is really removed."""

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import World, random_world

from isoglot.evaluation.bias.columns import bias_columns
from isoglot.evaluation.bias.limited_gold import limited_gold
from isoglot.evaluation.settings import GoldRanks


def average_precision(world: World, query: int, removed: int) -> float:
    relevant = {str(p): 1 for p in world.relevance(query) if p != removed}
    run = {str(p): -float(n) for n, p in enumerate(world.rankings[query]) if p != removed}
    return pytrec_eval.RelevanceEvaluator({"q": relevant}, {"map"}).evaluate({"q": run})["q"]["map"]


def expected(world: World, query: int) -> tuple[float, float]:
    asked = world.indexed.query_language[query]
    own = [p for p in world.relevance(query) if world.indexed.passage_language[p] == asked]
    other = [p for p in world.relevance(query) if p not in own]
    if not own or not other:
        return np.nan, np.nan
    sides = [[average_precision(world, query, p) for p in side] for side in (own, other)]
    return float(np.mean(sides[0])), float(np.mean(sides[1]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_it_is_what_trec_eval_says_of_the_ranking_without_the_passage(seed: int) -> None:
    world = random_world(seed)
    columns = bias_columns(*world.arguments)
    queries = sorted(set(world.golds.query.tolist()))
    without = [expected(world, query) for query in queries]
    for side, name in enumerate(("AP without own-language gold", "AP without another gold")):
        assert columns[name].tolist() == pytest.approx([pair[side] for pair in without], abs=1e-9, nan_ok=True)


def test_a_hand_worked_example() -> None:
    # Golds at 1, 2 and 9. Without the first: 1/1 and 2/8. Without the third: 1/1 and 2/2.
    ranks = GoldRanks(np.array([7, 7, 7]), np.array([1, 2, 9]), np.ones(3, int))
    own, other = limited_gold(ranks, np.array([True, False, False]))
    assert own.tolist() == pytest.approx([0.625])
    assert other.tolist() == pytest.approx([(0.625 + 1.0) / 2])


def test_single_golds_and_golds_on_one_side_only_are_absent() -> None:
    ranks = GoldRanks(np.array([0, 1, 1, 2, 2]), np.array([1, 1, 2, 3, 4]), np.ones(5, int))
    own, other = limited_gold(ranks, np.array([True, True, True, False, False]))
    assert np.isnan(own).all()
    assert np.isnan(other).all()


def test_a_long_list_of_queries_does_not_lose_digits() -> None:
    query = np.repeat(np.arange(100_000), 2)
    ranks = GoldRanks(query, np.tile([1, 13_000], 100_000), np.ones(200_000, int))
    own, other = limited_gold(ranks, np.tile([True, False], 100_000))
    np.testing.assert_allclose(own, 1 / 12_999, rtol=1e-6)
    np.testing.assert_allclose(other, 1.0)
