"""Compare systems with a base over a family of settings and measures."""

from collections.abc import Sequence
from dataclasses import replace

from isoglot.errors import RequestError
from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.evaluation.statistics.pair import compare_two
from isoglot.evaluation.statistics.power import ALPHA, holm
from isoglot.evaluation.statistics.system import System, check_same_collection
from isoglot.evaluation.statistics.topics import measures_of, valued_rows
from isoglot.evaluation.summary import SETTINGS

MEASURES = ("AP", RANK_DISTANCE)


def compare(
    base: System,
    others: Sequence[System],
    settings: Sequence[str] = (),
    measures: Sequence[str] = (),
    *,
    resamples: int = 10_000,
    seed: int = 0,
    worth: float = 0.01,
) -> list[Comparison]:
    """Compare each of the others with the base; all comparisons are one family in Holm's correction.

    Args:
        base: what the others are compared with.
        others: systems evaluated on the same collection.
        settings: those to compare in; all three by default.
        measures: those to compare by; AP and rank distance by default.
        resamples: of each bootstrap and each permutation test.
        seed: of all draws; the same seed gives the same figures.
        worth: the smallest difference worth knowing, as a share of the base's mean for a measure in ranks.

    Raises:
        RequestError: the systems were evaluated on different collections, there is no such setting or measure, a
            setting has fewer than two topics, rows have a value in only one evaluation, or the resamples are too few
            for so many comparisons.
    """
    for other in others:
        check_same_collection(base, other)
    pairs = family(base, settings, measures)
    cells = [(other, *pair) for other in others for pair in pairs]
    if len(cells) / (resamples + 1) > ALPHA:
        raise RequestError(
            f"{resamples} resamples cannot show a difference in a family of {len(cells)} comparisons; "
            f"take at least {round(len(cells) / ALPHA)}."
        )
    found = [
        compare_two(base, other, setting, measure, resamples=resamples, seed=seed, worth=worth)
        for other, setting, measure in cells
    ]
    adjusted = holm([each.p for each in found])
    return [replace(each, adjusted_p=p, family=len(found)) for each, p in zip(found, adjusted, strict=True)]


def family(base: System, settings: Sequence[str], measures: Sequence[str]) -> list[tuple[str, str]]:
    """The (setting, measure) pairs to compare: those asked for, or the usual ones, that have values.

    Raises:
        RequestError: there is no such setting or measure, or one that was asked for has no values.
    """
    usual = [name for name in MEASURES if name in measures_of(base.runs[0])]
    pairs = [
        (setting, measure)
        for setting in dict.fromkeys(settings or SETTINGS)
        for measure in dict.fromkeys(measures or usual)
        if len(valued_rows(base.runs[0], setting, measure))
    ]
    for name in (*settings, *measures):
        if not any(name in pair for pair in pairs):
            raise RequestError(f"{base.name} has no values of {name} to compare; choose another setting or measure.")
    if not pairs:
        raise RequestError(f"{base.name} has no values to compare; evaluate it again.")
    return pairs
