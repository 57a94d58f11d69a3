"""What a comparison says: its verdict, the topics or seeds that are wanting, and what is absent."""

import json
from dataclasses import replace

import numpy as np
import pytest
from made_systems import compared, one_measure, parallel_rows


@pytest.mark.parametrize(
    ("measure", "shift", "verdict"),
    [
        ("AP", 0.1, "better"),
        ("AP", -0.1, "worse"),
        ("RD", -9, "better"),
        ("RD", 9, "worse"),
        ("LPR", 9, "higher"),
        ("LPR", -9, "lower"),
    ],
)
def test_verdict_knows_the_better_direction(measure: str, shift: float, verdict: str) -> None:
    rows, values = parallel_rows(40), 50 + np.random.default_rng(5).random(40)
    noise = np.random.default_rng(6).normal(0, 0.02, 40)
    base, other = (
        one_measure(name, rows, each, measure=measure) for name, each in (("a", values), ("b", values + shift + noise))
    )
    found = compared(base, other, measures=[measure])
    assert found.verdict == verdict
    assert (found.won, found.lost) == ((1, 0) if verdict in ("better", "higher") else (0, 1))
    assert found.topics_needed is None
    assert found.worth == pytest.approx(0.01 * (values.mean() if measure == "RD" else 1))


def test_small_sample_cannot_tell_and_says_how_many_topics_could() -> None:
    rows = parallel_rows(10)
    base, other = (
        one_measure(name, rows, np.random.default_rng(seed).random(10)) for name, seed in (("a", 1), ("b", 2))
    )
    found = compared(base, other)
    assert found.verdict == "cannot tell with this sample"
    assert found.topics_needed is not None
    assert found.topics_needed == pytest.approx(10 * (found.minimum_detectable / 0.01) ** 2, abs=1)
    assert compared(base, other, worth=found.minimum_detectable).verdict == "no difference shown"


def test_equal_systems_show_no_difference_and_have_no_effect_size() -> None:
    rows, values = parallel_rows(10), np.random.default_rng(7).random(10)
    found = compared(one_measure("a", rows, values), one_measure("b", rows, values))
    assert (found.difference, found.interval, found.p, found.effect_size) == (0.0, (0.0, 0.0), 1.0, None)
    assert (found.won, found.tied, found.lost) == (0.0, 1.0, 0.0)
    assert found.verdict == "no difference shown"


def test_five_topics_can_show_nothing_however_alike_they_are() -> None:
    rows = parallel_rows(5)
    found = compared(one_measure("a", rows, np.zeros(5)), one_measure("b", rows, np.full(5, 0.5)))
    assert found.p == 2 / 32
    assert (found.verdict, found.topics_needed) == ("cannot tell with this sample", 6)


def test_rank_distance_of_0_has_no_share_worth_knowing() -> None:
    rows = parallel_rows(10)
    base = one_measure("a", rows, np.zeros(10), measure="RD")
    found = compared(base, one_measure("b", rows, [0.0] * 9 + [1.0], measure="RD"))
    assert (found.worth, found.topics_needed) == (0.0, None)


def test_everything_goes_to_json_and_what_is_absent_is_null() -> None:
    rows = parallel_rows(8)
    found = compared(one_measure("a", rows, np.zeros(8)), one_measure("b", rows, np.ones(8)))
    written = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert written["verdict"] == "better"
    assert written["interval"] == [1.0, 1.0]
    assert [name for name, value in written.items() if value is None] == [
        "effect_size", "base_deviation", "other_deviation", "seed_interval", "topics_needed"
    ]  # fmt: skip
    assert replace(found, adjusted_p=0.2).to_dict()["verdict"] != "better"


def test_seeds_are_averaged_and_their_variation_is_reported() -> None:
    rows, rng = parallel_rows(30), np.random.default_rng(4)
    noise = rng.normal(0, 0.01, 30)
    base = one_measure("base", rows, np.full(30, 0.2), np.full(30, 0.4), np.full(30, 0.6))
    other = one_measure("other", rows, 0.5 + noise - noise.mean(), 0.5 - noise + noise.mean())
    found = compared(base, other)
    assert (found.base_mean, found.other_mean) == pytest.approx((0.4, 0.5))
    assert (found.base_seeds, found.other_seeds) == (3, 2)
    assert found.base_deviation == pytest.approx(0.2)
    assert found.other_deviation == pytest.approx(0.0, abs=1e-12)
    assert found.interval == pytest.approx((0.1, 0.1))
    assert found.seed_interval is not None
    assert found.seed_interval[0] < 0 < found.seed_interval[1]
    assert found.p < 0.05
    assert found.verdict == "cannot tell with this sample"
    assert found.seeds_wanting
    assert found.topics_needed is None


def test_a_family_takes_more_topics_to_tell() -> None:
    """Of 20 tests each is at .0025, of which the normal quantile is 3.0233: (3.0233 + .8416) / (1.9600 + .8416)."""
    rows = parallel_rows(10)
    base, other = (
        one_measure(name, rows, np.random.default_rng(seed).random(10)) for name, seed in (("a", 1), ("b", 2))
    )
    alone = compared(base, other)
    just = replace(alone, worth=alone.minimum_detectable)
    assert just.verdict == "no difference shown"
    of_family = replace(just, family=20)
    assert (of_family.verdict, of_family.topics_needed) == ("cannot tell with this sample", 20)  # 10 * 1.3796 ** 2
    enough = replace(alone, family=20, worth=1.38 * alone.minimum_detectable)
    assert enough.verdict == "no difference shown"


def test_seeds_of_one_system_vary_against_a_baseline_that_has_none() -> None:
    rows = parallel_rows(8)
    found = compared(
        one_measure("a", rows, np.arange(8)), one_measure("b", rows, np.arange(8) - 1.0, np.arange(8) + 3.0)
    )
    assert (found.base_deviation, found.other_deviation) == (None, pytest.approx(8**0.5))
    assert found.seed_interval == (-1.0, 3.0)
    assert (found.interval, found.verdict) == ((1.0, 1.0), "cannot tell with this sample")
    assert found.seeds_wanting


def test_without_seeds_there_is_no_interval_over_them() -> None:
    rows = parallel_rows(8)
    found = compared(one_measure("a", rows, np.arange(8)), one_measure("b", rows, np.arange(8) + 1.0))
    assert (found.base_deviation, found.other_deviation, found.seed_interval) == (None, None, None)
