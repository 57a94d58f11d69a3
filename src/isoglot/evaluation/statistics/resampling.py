"""Bootstrap intervals and permutation tests that draw topics; the same seed gives the same figures everywhere.

Values are rounded to a grid on which their sums are exact (about 12 digits are kept). Sums then depend neither on the
order of addition nor on threads.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

from isoglot.evaluation.statistics.topics import ROUNDING, Floats, TopicSums

Integers = NDArray[np.int64]
CELLS = 2**20  # draws held at once
CONFIDENCE = 0.95


def topic_interval(difference: TopicSums, resamples: int, seed: int) -> tuple[float, float]:
    """Percentile bootstrap interval (95 %) of a mean over groups; topics are drawn with all their rows.

    Args:
        difference: of two systems, its sums of shape [1, T, G].
        resamples: how often T topics are drawn with replacement.
        seed: of the draws.
    """
    sums = on_grid(difference.sums, len(difference.topics))

    def mean(topics: Integers, **_: int) -> Floats:
        return macro_means(times_drawn(topics), sums, difference.numbers)[:, 0]

    return _interval((np.arange(len(difference.topics)),), mean, resamples, seed)


def topic_and_seed_interval(base: TopicSums, other: TopicSums, resamples: int, seed: int) -> tuple[float, float]:
    """Percentile bootstrap interval (95 %) of the difference of two systems; draws topics and training seeds.

    Few seeds make it too narrow: of n seeds drawn from n, the mean varies (n - 1) / n as much as that of n trainings.

    Args:
        base: of one or several training seeds, the sums of shape [E, T, G].
        other: likewise, on the same topics.
        resamples: how often topics and the seeds of either system are drawn, each with replacement.
        seed: of the draws.
    """
    of_each = [
        np.repeat(own, 2, axis=0) if len(own) == 1 else own for own in (base.sums, other.sums)
    ]  # scipy needs two
    runs = len(of_each[0])
    sums = on_grid(np.concatenate(of_each), len(base.topics))

    def mean(topics: Integers, base_seeds: Integers, other_seeds: Integers, **_: int) -> Floats:
        means = macro_means(times_drawn(topics), sums, base.numbers)
        of_base, of_other = (np.take_along_axis(means, seeds, axis=1) for seeds in (base_seeds, other_seeds))
        return of_other.mean(axis=1) - of_base.mean(axis=1)

    samples = (np.arange(len(base.topics)), np.arange(runs), np.arange(runs, len(sums)))
    return _interval(samples, mean, resamples, seed)


def sign_flip_p(values: Floats, resamples: int, seed: int) -> float:
    """Two-sided permutation test of a paired difference: the two systems change places in some of the topics.

    Args:
        values: what each topic adds to the difference, shape [T].
        resamples: n, how often the topics to change are drawn; where there are no more ways than that, each is taken.
        seed: of the draws.

    Returns:
        (b + 1) / (n + 1), b of n changes giving a difference as large as the one at hand; never 0.
    """
    exact = on_grid(values, len(values))
    observed = abs(exact.sum()) - ROUNDING * np.abs(exact).sum()  # sums of .1 and .2 are as large as those of .3
    extreme, number = 0, 0
    for signs in _sign_changes(len(values), resamples, seed):
        extreme += int(np.count_nonzero(np.abs(signs @ exact) >= observed))
        number += len(signs)
    return (extreme + 1) / (number + 1)


def macro_means(times: Floats, sums: Floats, numbers: Floats) -> Floats:
    """Mean over groups of the mean within each, for samples of topics.

    Args:
        times: how often each topic stands in each of n samples, shape [n, T].
        sums: of the values of E evaluations, shape [E, T, G].
        numbers: of rows, shape [T, G].

    Returns:
        Shape [n, E]. A group of which a sample has no row is left out of its mean, as the reported mean leaves it out.
    """
    rows = (times @ numbers)[:, None, :]
    totals = np.stack([times @ part for part in sums], axis=1)
    means = np.divide(totals, rows, out=np.zeros_like(totals), where=rows > 0)
    return means.sum(axis=2) / np.count_nonzero(rows, axis=2)


def times_drawn(topics: Integers) -> Floats:
    """How often each of T topics is among the T drawn: from numbers of topics, shape [n, T], to counts, shape [n, T].

    >>> times_drawn(np.array([[0, 2, 2], [1, 0, 2]]))
    array([[1., 0., 2.],
           [1., 1., 1.]])
    """
    samples, number = topics.shape
    cells = topics + number * np.arange(samples)[:, None]
    return np.bincount(cells.ravel(), minlength=topics.size).reshape(topics.shape).astype(np.float64)


def on_grid(values: Floats, terms: int) -> Floats:
    """Round to multiples of a power of two that is so large that sums of `terms` values are exact in any order."""
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0.0:
        return values
    step = np.exp2(np.ceil(np.log2(largest * terms)) - 52)
    return np.rint(values / step) * step


def _sign_changes(topics: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Blocks of signs, shape [n, T]; all but the signs at hand where there are few enough."""
    if 2**topics <= resamples + 1:
        yield np.where(np.arange(1, 2**topics)[:, None] >> np.arange(topics) & 1, -1.0, 1.0)
        return
    rng, size = np.random.default_rng(seed), _block(topics)
    for start in range(0, resamples, size):
        yield np.where(rng.random((min(size, resamples - start), topics)) < 0.5, 1.0, -1.0)


def _interval(samples: tuple[Any, ...], statistic: Any, resamples: int, seed: int) -> tuple[float, float]:
    found = bootstrap(
        samples,
        statistic,
        vectorized=True,
        n_resamples=resamples,
        batch=_block(len(samples[0])),
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _block(topics: int) -> int:
    return max(1, CELLS // topics)
