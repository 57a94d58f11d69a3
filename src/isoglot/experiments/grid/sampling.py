"""Bootstrap intervals and permutation tests of many systems at once: the draws of `isoglot compare`, made once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from isoglot.evaluation.statistics.resampling import CELLS, CONFIDENCE, macro_means, on_grid, sign_flip_p, times_drawn
from isoglot.evaluation.statistics.topics import ROUNDING, Floats, TopicSums, contributions

Integers = NDArray[np.int64]


def collapsed(sums: TopicSums) -> TopicSums:
    """The same with one group, where all topics have the same rows: the mean over groups is then one over topics."""
    if not (sums.numbers == sums.numbers[0]).all():
        return sums
    values = np.stack([contributions(part, sums.numbers) for part in sums.sums]) * len(sums.topics)
    return replace(sums, sums=values[:, :, None], numbers=np.ones((len(sums.topics), 1)))


def sampled_means(sums: TopicSums, resamples: int, seed: int, draws: Sequence[int] = ()) -> Iterator[list[NDArray]]:
    """The reported means of samples of topics, in blocks.

    Args:
        sums: of E evaluations.
        resamples: how often T topics are drawn with replacement.
        seed: of the draws.
        draws: numbers of training seeds to draw from beside the topics.

    Yields:
        Means, shape [n, E], and for each of `draws` the seeds that were drawn, shape [n, number].
    """
    topics = len(sums.topics)
    exact, size, rng = on_grid(sums.sums, topics), max(1, CELLS // topics), np.random.default_rng(seed)
    for start in range(0, resamples, size):
        number = min(size, resamples - start)
        times = times_drawn(rng.integers(0, topics, (number, topics)))
        seeds = [rng.integers(0, seeds, (number, seeds)) for seeds in draws]
        yield [_means(times, exact, sums.numbers), *seeds]


def percentiles(samples: Floats) -> tuple[float, float]:
    """The ends of the 95 % interval of a sampled statistic, shape [n]."""
    outside = (1 - CONFIDENCE) / 2
    low, high = np.quantile(samples, [outside, 1 - outside])
    return float(low), float(high)


def sign_flip_ps(values: Floats, resamples: int, seed: int) -> list[float]:
    """`sign_flip_p` of each row of shape [P, T], with the same changes of sign."""
    topics = values.shape[1]
    if 2**topics <= resamples + 1:
        return [sign_flip_p(row, resamples, seed) for row in values]
    exact = np.stack([on_grid(row, topics) for row in values])
    observed = np.abs(exact.sum(axis=1)) - ROUNDING * np.abs(exact).sum(axis=1)
    extreme, size, rng = np.zeros(len(values), np.int64), max(1, CELLS // topics), np.random.default_rng(seed)
    for start in range(0, resamples, size):
        signs = np.where(rng.random((min(size, resamples - start), topics)) < 0.5, 1.0, -1.0)
        extreme += np.count_nonzero(np.abs(signs @ exact.T) >= observed, axis=0)
    return [(int(count) + 1) / (resamples + 1) for count in extreme]


def _means(times: Floats, sums: Floats, numbers: Floats) -> Floats:
    if numbers.shape[1] == 1:
        return (times @ sums[:, :, 0].T) / (times @ numbers)
    return macro_means(times, sums, numbers)
