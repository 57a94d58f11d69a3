"""Power against the noncentral t distribution, Holm against the closed test that it abbreviates."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from isoglot.evaluation.statistics.power import holm, minimum_detectable_difference, topics_needed


@pytest.mark.parametrize("topics", [300, 1190])
def test_a_t_test_finds_the_minimum_detectable_difference_with_probability_080(topics: int) -> None:
    shift = minimum_detectable_difference(1.0)
    critical = stats.t.ppf(0.975, topics - 1)
    found = stats.nct.sf(critical, topics - 1, shift) + stats.nct.cdf(-critical, topics - 1, shift)
    assert found == pytest.approx(0.8, abs=0.003)


def test_with_the_topics_needed_the_difference_worth_knowing_is_found() -> None:
    needed = topics_needed(50, minimum_detectable_difference(0.3 / np.sqrt(50)), 0.05)
    assert needed == 283  # ((1.959964 + .841621) * .3 / .05) ** 2 = 282.6
    rng = np.random.default_rng(0)
    p = stats.ttest_1samp(rng.normal(0.05, 0.3, (4000, needed)), 0.0, axis=1).pvalue
    assert np.mean(p <= 0.05) == pytest.approx(0.8, abs=0.025)


def closed_test(p: list[float]) -> list[float]:
    """A hypothesis is rejected when Bonferroni rejects every set of hypotheses that it is in."""
    numbers = range(len(p))
    sets = [each for size in range(1, len(p) + 1) for each in combinations(numbers, size)]
    worst = {each: min(1.0, len(each) * min(p[number] for number in each)) for each in sets}
    return [max(worst[each] for each in sets if number in each) for number in numbers]


@given(st.lists(st.floats(1e-5, 1.0) | st.sampled_from([0.01, 0.5]), min_size=1, max_size=6))
def test_holm_is_the_closed_bonferroni_test(p: list[float]) -> None:
    assert holm(p) == pytest.approx(closed_test(p), rel=1e-12)


def test_holm_of_published_example() -> None:
    # R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
