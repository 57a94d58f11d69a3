"""A curriculum: no collection is drawn before its share of the steps, and some collection always is."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from random_collections import parallel

from isoglot.batches import STRATEGIES, Plan, first_steps, strategy_named
from isoglot.errors import RequestError


@given(st.integers(1, 400), st.integers(0, 100))
@example(30, 10)
@example(35, 20)
def test_the_first_step_is_the_first_one_after_the_share(steps: int, percent: int) -> None:
    """Exact fractions as the reference: 0.1 of 30 steps is 3, not 4 by rounding."""
    share = Fraction(percent, 100)
    expected = next((step for step in range(steps) if step >= share * steps), None)
    if expected is None:
        with pytest.raises(RequestError, match="the curriculum's share for late is"):
            first_steps([0.0, percent / 100], ["early", "late"], steps)
    else:
        assert first_steps([0.0, percent / 100], ["early", "late"], steps) == [0, expected]


@pytest.mark.parametrize(("curriculum", "part"), [
    ([0.0], "has 1 shares for 2 collections"), ([0.0, 0.1, 0.2], "has 3 shares for 2 collections"),
    ([], "has 0 shares for 2"), ([0.2, 0.1], "smallest share is 0.1"), ([0.0, 1.0], "share for b is 1.0"),
    ([-0.1, 0.0], "share for a is -0.1"), ([0.0, float("nan")], "share for b is nan"),
    ([0.0, 0.95], "from 0 \\(from the start\\) to 0.9 \\(at the last of 10 steps\\)"),
])  # fmt: skip
def test_a_curriculum_that_cannot_be_followed_is_refused(curriculum: list[float], part: str) -> None:
    with pytest.raises(RequestError, match=part):
        first_steps(curriculum, ["a", "b"], steps=10)


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_collection_is_drawn_before_its_share(name: str) -> None:
    several = [parallel("late", 90), parallel("first", 9), parallel("middle", 30)]
    starts = first_steps([0.6, 0.0, 0.2], ["late", "first", "middle"], steps=100)
    assert starts == [60, 0, 20]
    plan = Plan(several, strategy_named(name), batch_size=3, seed=0, gamma=0.0, first_steps=starts)
    plan.check(100)
    drawn = [plan.batch(step).collection for step in range(100)]
    assert set(drawn[:20]) == {1}
    assert set(drawn[20:60]) == {1, 2}
    assert set(drawn[60:]) == {0, 1, 2}
    fresh = Plan(several, strategy_named(name), batch_size=3, seed=0, gamma=0.0, first_steps=starts)
    assert fresh.batch(80).queries.tolist() == plan.batch(80).queries.tolist()


def test_languages_are_those_of_the_collections_that_have_started() -> None:
    """Thai has no collection before step 20: it is not drawn, instead of refusing the batch."""
    several = [parallel("early", 9, ["de", "en"]), parallel("late", 9, ["th"])]
    plan = Plan(several, strategy_named("monolingual"), batch_size=3, seed=0, first_steps=[0, 20])
    plan.check(60)
    drawn = [plan.batch(step).collection for step in range(60)]
    assert set(drawn[:20]) == {0}
    assert 1 in drawn[20:]


def test_a_start_that_cannot_fill_a_batch_says_when() -> None:
    several = [parallel("early", 9, ["en"]), parallel("late", 9)]
    plan = Plan(several, strategy_named("cross-lingual"), batch_size=3, seed=0, first_steps=[0, 5])
    with pytest.raises(RequestError, match=r"at step 0 of the curriculum, cross-lingual .* 'en' alone"):
        plan.check(10)


def test_a_curriculum_from_the_start_is_none() -> None:
    several = [parallel("a", 9), parallel("b", 30)]
    plans = [Plan(several, strategy_named("hybrid"), batch_size=3, seed=0, first_steps=s) for s in (None, [0, 0])]
    for step in range(20):
        assert plans[0].batch(step).queries.tolist() == plans[1].batch(step).queries.tolist()
