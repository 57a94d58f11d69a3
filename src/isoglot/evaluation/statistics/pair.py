"""Two systems on one measure in one setting."""

from dataclasses import replace
from typing import Any

import numpy as np

from isoglot.errors import RequestError
from isoglot.evaluation.bias.tables import RANKS
from isoglot.evaluation.statistics.comparison import Comparison, direction
from isoglot.evaluation.statistics.power import minimum_detectable_difference
from isoglot.evaluation.statistics.resampling import on_grid, sign_flip_p, topic_and_seed_interval, topic_interval
from isoglot.evaluation.statistics.system import System
from isoglot.evaluation.statistics.topics import Floats, TopicSums, contributions, standard_error, topic_sums


def compare_two(
    base: System, other: System, setting: str, measure: str, *, resamples: int, seed: int, worth: float
) -> Comparison:
    """Compare two systems; the adjusted p is that of a family of one.

    Args:
        base: what the other is compared with.
        other: a system evaluated on the same collection.
        setting: the setting to compare in.
        measure: the measure to compare by.
        resamples: of each bootstrap and of the permutation test.
        seed: of all draws.
        worth: the smallest difference worth knowing, as a share of the base's mean for a measure in ranks.

    Raises:
        RequestError: there is no such setting or measure, fewer than two topics have values, or a row has a value in
            only one evaluation.
    """
    both = topic_sums([*base.runs, *other.runs], setting, measure)
    if len(both.topics) < 2:
        raise RequestError(
            f"{base.collection} has {len(both.topics)} topic with {measure} in the {setting} setting; "
            "statistics need at least 2 topics."
        )
    of_base, of_other = (
        replace(both, sums=part) for part in (both.sums[: len(base.runs)], both.sums[len(base.runs) :])
    )
    means = seed_figures(of_base, of_other, resamples, seed)
    return Comparison(
        base=base.name,
        other=other.name,
        collection=base.collection,
        setting=setting,
        measure=measure,
        worth=worth * (means["base_mean"] if measure in RANKS else 1.0),
        **means,
        **topic_figures(of_base, of_other, resamples, seed, lower_is_better=direction(measure) < 0),
    )


def seed_figures(base: TopicSums, other: TopicSums, resamples: int, seed: int) -> dict[str, Any]:
    """The reported means over training seeds and how much they vary; None where a system has one seed."""
    base_means, other_means = run_means(base), run_means(other)
    several = max(len(base_means), len(other_means)) > 1
    return {
        "base_mean": float(base_means.mean()),
        "other_mean": float(other_means.mean()),
        "base_seeds": len(base_means),
        "other_seeds": len(other_means),
        "base_deviation": deviation(base_means),
        "other_deviation": deviation(other_means),
        "seed_interval": topic_and_seed_interval(base, other, resamples, seed) if several else None,
    }


def topic_figures(
    base: TopicSums, other: TopicSums, resamples: int, seed: int, *, lower_is_better: bool
) -> dict[str, Any]:
    """The difference of the means over training seeds, and how much it varies over topics."""
    difference = replace(base, sums=(other.sums.mean(axis=0) - base.sums.mean(axis=0))[None])
    by_topic = contributions(difference.sums[0], base.numbers)
    error = standard_error(difference.sums[0], base.numbers)
    won, tied, lost = outcomes(-by_topic if lower_is_better else by_topic)
    p = sign_flip_p(by_topic, resamples, seed)
    return {
        "difference": float(by_topic.sum()),
        "interval": topic_interval(difference, resamples, seed),
        "p": p,
        "adjusted_p": p,
        "effect_size": float(by_topic.sum() / (error * np.sqrt(len(by_topic)))) if error else None,
        "won": won,
        "tied": tied,
        "lost": lost,
        "minimum_detectable": minimum_detectable_difference(error),
        "topics": len(by_topic),
    }


def run_means(sums: TopicSums) -> Floats:
    """The reported mean of each evaluation, shape [E]."""
    return np.array([contributions(part, sums.numbers).sum() for part in sums.sums])


def deviation(means: Floats) -> float | None:
    """Standard deviation of the means of several training seeds; None for one."""
    return float(means.std(ddof=1)) if len(means) > 1 else None


def outcomes(gains: Floats) -> tuple[float, float, float]:
    """Shares of topics with a gain, without a difference and with a loss.

    >>> outcomes(np.array([0.5, 0.0, 0.1, -0.2]))
    (0.5, 0.25, 0.25)
    """
    signs = np.sign(on_grid(gains, len(gains)))
    return float(np.mean(signs > 0)), float(np.mean(signs == 0)), float(np.mean(signs < 0))
