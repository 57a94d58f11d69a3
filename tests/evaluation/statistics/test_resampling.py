"""Intervals and tests against scipy, brute force over repeated rows, other block sizes and other numbers of threads."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_systems import Row, parallel_rows, ragged_rows, table
from scipy import stats
from threadpoolctl import threadpool_limits

from isoglot.evaluation.statistics import resampling
from isoglot.evaluation.statistics.resampling import on_grid, sign_flip_p, topic_and_seed_interval, topic_interval
from isoglot.evaluation.statistics.topics import TopicSums, topic_sums


def sums_of(rows: list[Row], *runs: np.ndarray) -> TopicSums:
    return topic_sums([table(rows, AP=values) for values in runs], "monolingual", "AP")


def large(evaluations: int = 1) -> TopicSums:
    """As many topics and pairs as a real collection has; sums in float64 depend on the order of addition."""
    rng = np.random.default_rng(0)
    return TopicSums([str(n) for n in range(500)], rng.random((evaluations, 500, 110)) / 3, np.ones((500, 110)))


def test_interval_of_one_group_is_that_of_a_plain_mean_by_scipy() -> None:
    values = np.random.default_rng(3).normal(0.1, 1.0, 40)
    found = topic_interval(sums_of(parallel_rows(40), values), 2000, 7)
    expected = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=2000, rng=np.random.default_rng(7)
    ).confidence_interval
    assert found == pytest.approx(tuple(expected), abs=1e-12)


def reported_mean(rows: list[Row], values: np.ndarray, topics: list[str]) -> float:
    """Write out the rows of the drawn topics, repeated ones again, and take the mean over groups of means."""
    groups = defaultdict(list)
    for topic in topics:
        for row, value in zip(rows, values, strict=True):
            if row[3] == topic:
                groups[row[0]].append(value)
    return float(np.mean([np.mean(group) for group in groups.values()]))


def test_interval_is_that_of_the_reported_mean_over_written_out_rows() -> None:
    rng = np.random.default_rng(4)
    rows = ragged_rows(rng, 5)  # few topics: many samples lack a group
    values = rng.random(len(rows))
    names = sorted({row[3] for row in rows})
    draws = np.random.default_rng(11).integers(0, len(names), (400, len(names)))
    means = [reported_mean(rows, values, [names[number] for number in draw]) for draw in draws]
    assert topic_interval(sums_of(rows, values), 400, 11) == pytest.approx(np.percentile(means, [2.5, 97.5]))


def test_eleven_translations_are_one_unit() -> None:
    values = np.random.default_rng(5).normal(0.2, 1.0, 30)
    languages = [f"l{number:02}" for number in range(11)]
    one = sums_of(parallel_rows(30), values)
    eleven = sums_of(parallel_rows(30, languages), np.repeat(values, 11))
    assert topic_interval(eleven, 500, 0) == pytest.approx(topic_interval(one, 500, 0))
    low, high = topic_interval(one, 500, 0)
    as_if_330 = topic_interval(sums_of(parallel_rows(330), np.repeat(values, 11)), 500, 0)
    assert high - low > 2.5 * (as_if_330[1] - as_if_330[0])  # what an unclustered bootstrap would claim


def test_seed_interval_of_equal_trainings_is_near_the_topic_interval() -> None:
    values = np.random.default_rng(6).normal(0.1, 1.0, 50)
    rows = parallel_rows(50)
    base, other = sums_of(rows, *[np.zeros(50)] * 3), sums_of(rows, *[values] * 3)
    both = topic_and_seed_interval(base, other, 4000, 0)
    assert both == pytest.approx(topic_interval(sums_of(rows, values), 4000, 0), abs=0.02)


def test_seed_interval_holds_the_variation_of_trainings_that_topics_do_not_have() -> None:
    rows, ones = parallel_rows(50), np.ones(50)
    base, other = sums_of(rows, *[0 * ones] * 2), sums_of(rows, 1 * ones, 3 * ones)
    # Every topic gains alike, so topics add nothing: two seeds drawn of (1, 3) have a mean of 1, 2 or 3.
    assert topic_and_seed_interval(base, other, 500, 0) == (1.0, 3.0)
    assert topic_interval(replace(other, sums=other.sums.mean(axis=0)[None]), 500, 0) == (2.0, 2.0)


def exact_p(tenths: np.ndarray) -> float:
    """By scipy, which sees ties of whole numbers only."""

    def absolute(sample: np.ndarray, axis: int) -> np.ndarray:
        return np.abs(np.sum(sample, axis=axis))

    return stats.permutation_test(
        (tenths,), absolute, permutation_type="samples", alternative="greater", vectorized=True
    ).pvalue


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=8))
@settings(max_examples=40, deadline=None)
def test_sign_flip_p_of_few_topics_is_the_exact_p_of_scipy(tenths: list[int]) -> None:
    values = np.array(tenths)
    assert sign_flip_p(values / 10, 255, 0) == pytest.approx(exact_p(values), abs=1e-12)


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_sign_flip_p_of_drawn_signs_is_near_the_exact_p_of_scipy(shift: int) -> None:
    values = np.random.default_rng(9).integers(-4, 5, 12) + shift
    exact = exact_p(values)
    found = sign_flip_p(values / 10, 4000, 0)
    assert found != exact
    assert abs(found - exact) <= 4 * np.sqrt(exact * (1 - exact) / 4000) + 1 / 4001


def test_p_is_never_0_and_counts_the_sample_at_hand() -> None:
    assert sign_flip_p(np.full(200, 0.1), 99, 0) == 0.01
    assert sign_flip_p(np.zeros(5), 99, 0) == 1.0


def test_differences_that_cancel_in_decimal_fractions_are_as_extreme_as_any() -> None:
    # .1 + .2 - .3 is not 0 in binary; so the draws that cancel differ from one another by rounding.
    assert sign_flip_p(np.array([0.1, 0.2, -0.3]), 500, 0) == 1.0


def of_topics() -> object:
    return topic_interval(large(), 200, 1)


def of_seeds() -> object:
    return topic_and_seed_interval(large(2), large(3), 100, 1)


def of_signs() -> object:
    return sign_flip_p(np.random.default_rng(0).normal(0.05, 1.0, 500), 2000, 1)


@pytest.mark.parametrize("figure", [of_topics, of_seeds, of_signs])
def test_figures_do_not_depend_on_threads(figure: Callable[[], object]) -> None:
    with threadpool_limits(1):
        expected = figure()
    with threadpool_limits(2):
        assert figure() == expected


@pytest.mark.parametrize("figure", [of_topics, of_signs])
@pytest.mark.parametrize("cells", [1, 7_777, 2**30])
def test_figures_do_not_depend_on_blocks(
    cells: int, figure: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = figure()
    monkeypatch.setattr(resampling, "CELLS", cells)
    assert figure() == expected


def test_seed_decides_the_figures() -> None:
    difference = sums_of(parallel_rows(20), np.random.default_rng(8).normal(size=20))
    assert topic_interval(difference, 100, 1) == topic_interval(difference, 100, 1)
    assert topic_interval(difference, 100, 1) != topic_interval(difference, 100, 2)


@given(
    st.lists(st.floats(-20_000, 20_000, allow_subnormal=False), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_sums_on_the_grid_are_the_same_in_any_order(values: list[float], random: object) -> None:
    exact = on_grid(np.array(values), len(values)).tolist()
    total = sum(exact)
    random.shuffle(exact)
    assert sum(exact) == total
    assert np.allclose(sorted(exact), sorted(values), rtol=0, atol=1e-12 * max(map(abs, values)))
