"""The means and differences of many systems in one setting by one measure, from the same draws of topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from isoglot.evaluation.bias.tables import RANKS
from isoglot.evaluation.statistics.comparison import Comparison, direction
from isoglot.evaluation.statistics.pair import deviation, outcomes, run_means
from isoglot.evaluation.statistics.power import minimum_detectable_difference
from isoglot.evaluation.statistics.topics import Floats, TopicSums, contributions, standard_error
from isoglot.experiments.grid.sampling import percentiles, sampled_means, sign_flip_ps

WORTH = 0.01
Interval = tuple[float, float]


@dataclass(frozen=True)
class Estimate:
    """The mean of one system.

    Args:
        system: its name.
        collection: where it was evaluated.
        setting: in which setting.
        measure: by which measure.
        mean: the reported mean, averaged over training seeds.
        interval: its 95 % bootstrap interval over topics.
        seeds: the reported mean of each training seed.
        deviation: their standard deviation; None with one seed.
    """

    system: str
    collection: str
    setting: str
    measure: str
    mean: float
    interval: Interval
    seeds: list[float]
    deviation: float | None


def contrast(
    systems: Mapping[str, TopicSums],
    pairs: Sequence[tuple[str, str]],
    collection: str,
    setting: str,
    measure: str,
    *,
    resamples: int,
    seed: int,
) -> tuple[list[Estimate], list[Comparison]]:
    """Estimate the mean of every system and the difference of every pair (base, other).

    The figures are those of `isoglot.evaluation.statistics.compare`, which draws anew for each pair; p is not adjusted.
    """
    both = replace(next(iter(systems.values())), sums=np.concatenate([each.sums for each in systems.values()]))
    places = _places(systems)
    samples = np.concatenate([block[0] for block in sampled_means(both, resamples, seed)])
    drawn = {name: samples[:, place].mean(axis=1) for name, place in places.items()}
    estimates = {
        name: _estimate(name, (collection, setting, measure), run_means(own), percentiles(drawn[name]))
        for name, own in systems.items()
    }
    differences = [systems[other].sums.mean(axis=0) - systems[base].sums.mean(axis=0) for base, other in pairs]
    by_topic = [contributions(difference, both.numbers) for difference in differences]
    ps = sign_flip_ps(np.array(by_topic), resamples, seed) if pairs else []
    over_seeds = _seed_intervals(both, places, pairs, resamples, seed)
    comparisons = [
        Comparison(
            interval=percentiles(drawn[other] - drawn[base]),
            p=p,
            adjusted_p=p,
            seed_interval=over_seeds.get((base, other)),
            **_means(estimates[base], estimates[other]),
            **_spread(difference, both.numbers, measure),
        )
        for (base, other), difference, p in zip(pairs, differences, ps, strict=True)
    ]
    return list(estimates.values()), comparisons


def _estimate(system: str, where: tuple[str, str, str], means: Floats, interval: Interval) -> Estimate:
    return Estimate(system, *where, float(means.mean()), interval, means.tolist(), deviation(means))


def _means(base: Estimate, other: Estimate) -> dict[str, Any]:
    """What a comparison takes from the two means."""
    return {
        "base": base.system,
        "other": other.system,
        "collection": base.collection,
        "setting": base.setting,
        "measure": base.measure,
        "base_mean": base.mean,
        "other_mean": other.mean,
        "worth": WORTH * (base.mean if base.measure in RANKS else 1.0),
        "base_seeds": len(base.seeds),
        "other_seeds": len(other.seeds),
        "base_deviation": base.deviation,
        "other_deviation": other.deviation,
    }


def _spread(difference: Floats, numbers: Floats, measure: str) -> dict[str, Any]:
    """How a difference, shape [T, G], varies over topics."""
    by_topic, error = contributions(difference, numbers), standard_error(difference, numbers)
    won, tied, lost = outcomes(-by_topic if direction(measure) < 0 else by_topic)
    return {
        "difference": float(by_topic.sum()),
        "topics": len(by_topic),
        "effect_size": float(by_topic.sum() / (error * np.sqrt(len(by_topic)))) if error else None,
        "won": won,
        "tied": tied,
        "lost": lost,
        "minimum_detectable": minimum_detectable_difference(error),
    }


def _seed_intervals(
    both: TopicSums,
    places: Mapping[str, slice],
    pairs: Sequence[tuple[str, str]],
    resamples: int,
    seed: int,
) -> dict[tuple[str, str], Interval]:
    """Intervals over topics and training seeds of the pairs of which one or both have several seeds."""
    found: dict[tuple[str, str], Interval] = {}
    seeds_of = {name: place.stop - place.start for name, place in places.items()}
    # A single seed stands twice, so that the draws are those of compare.
    numbers = {pair: tuple(max(2, seeds_of[name]) for name in pair) for pair in pairs}
    several = [pair for pair in pairs if max(map(seeds_of.__getitem__, pair)) > 1]
    for draws in {numbers[pair] for pair in several}:
        own = [pair for pair in several if numbers[pair] == draws]
        parts: dict[tuple[str, str], list[Floats]] = {pair: [] for pair in own}
        for means, *seeds in sampled_means(both, resamples, seed, draws):
            for pair in own:
                of_base, of_other = (
                    np.take_along_axis(means[:, places[name]], drawn % seeds_of[name], axis=1).mean(axis=1)
                    for name, drawn in zip(pair, seeds, strict=True)
                )
                parts[pair].append(of_other - of_base)
        found |= {pair: percentiles(np.concatenate(blocks)) for pair, blocks in parts.items()}
    return found


def _places(systems: Mapping[str, TopicSums]) -> dict[str, slice]:
    """Where the evaluations of each system stand among all."""
    ends = np.cumsum([0, *(len(each.sums) for each in systems.values())]).tolist()
    return {name: slice(first, last) for name, first, last in zip(systems, ends[:-1], ends[1:], strict=True)}
