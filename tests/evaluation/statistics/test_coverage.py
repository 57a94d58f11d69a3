"""Simulations of what an interval and a test promise."""

import numpy as np
import pytest
from made_systems import compared, one_measure, ragged_rows

from isoglot.evaluation.statistics.system import System


def simulated(rng: np.random.Generator, topics: int, effect: float, seeds: int = 1) -> tuple[System, System]:
    """Differences of a mean `effect`, shared by the rows of a topic; a training adds its own luck to all rows."""
    rows = ragged_rows(rng, topics)
    topic = np.array([int(row[3][1:]) for row in rows])
    shared, noise = rng.normal(effect, 0.1, topics)[topic], rng.normal(0, 0.05, (seeds, len(rows)))
    luck = rng.normal(0, 0.03 * (seeds > 1), (2, seeds, 1))
    base, other = np.full((seeds, len(rows)), 0.4) + luck[0], 0.4 + shared + noise + luck[1]
    return one_measure("base", rows, *base), one_measure("other", rows, *other)


def test_interval_covers_and_test_errs_as_often_as_they_say() -> None:
    rng = np.random.default_rng(9)
    found = [compared(*simulated(rng, 50, 0.0)) for _ in range(200)]
    assert 0.90 <= np.mean([each.interval[0] <= 0 <= each.interval[1] for each in found]) <= 0.99
    assert 0.01 <= np.mean([each.p <= 0.05 for each in found]) <= 0.10
    assert np.mean([each.p <= 0.5 for each in found]) == pytest.approx(0.5, abs=0.12)


def test_interval_over_seeds_covers_the_difference_of_trainings_that_the_one_over_topics_misses() -> None:
    rng = np.random.default_rng(10)
    found = [compared(*simulated(rng, 50, 0.03, seeds=5)) for _ in range(60)]
    over_topics, over_both = (
        np.mean([low <= 0.03 <= high for low, high in intervals])
        for intervals in ([each.interval for each in found], [each.seed_interval for each in found])
    )
    assert over_topics < 0.85
    assert over_both >= 0.88
