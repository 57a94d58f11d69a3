"""The statistics of an experiment: how sure every mean and every difference is that its report shows."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from isoglot.errors import IsoglotError
from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.evaluation.statistics import power
from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.evaluation.statistics.record import LIBRARIES
from isoglot.evaluation.statistics.resampling import CONFIDENCE
from isoglot.evaluation.statistics.topics import TopicSums, topic_sums
from isoglot.evaluation.summary import SETTINGS
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.contrast import Estimate, contrast
from isoglot.experiments.grid.pairs import pairs_of, start_models
from isoglot.experiments.grid.results import Results
from isoglot.experiments.grid.sampling import collapsed
from isoglot.experiments.grid.spec import Spec
from isoglot.files import write_text
from isoglot.versions import versions_of

COMPARISONS = "comparisons.json"
SEED = 0
RANKED_BY = {"beir/": "nDCG@10", "bright/": "nDCG@10", "miracl/": "nDCG@10"}
Question = tuple[str, str]


@dataclass(frozen=True)
class Statistics:
    """What is known of all systems on one collection.

    Args:
        collection: its name.
        resamples: of each bootstrap and permutation test.
        estimates: the mean of each system in each setting by each measure.
        comparisons: differences of systems; one family in Holm's correction.
    """

    collection: str
    resamples: int
    estimates: list[Estimate]
    comparisons: list[Comparison]


def statistics_of(spec: Spec, cells: list[Cell], results: list[Results]) -> list[Statistics]:
    """The statistics of every collection, in the order of the results.

    Raises:
        IsoglotError: systems were evaluated on different versions of a collection.
    """
    pairs = dict.fromkeys(pair for start in start_models(cells) for pair in pairs_of(start, spec.corrections))
    collections = dict.fromkeys(each.collection for each in results)
    return [
        _statistics(name, [each for each in results if each.collection == name], list(pairs), spec.resamples)
        for name in collections
    ]


def questions_of(collection: str, scores: dict[str, Any]) -> list[Question]:
    """The (setting, measure) pairs that are reported for a collection.

    The measure is the collection's usual one; settings that are the same are given once, and rank distance where
    there are passages in several languages.

    >>> questions_of("beir/scifact", {"pairs": {"en->en": {}}, "bias": {"RD": 7.0}})
    [('monolingual', 'nDCG@10')]
    """
    measure = main_measure(collection)
    asked, answered = zip(*(pair.split("->") for pair in scores["pairs"]), strict=True)
    if len({*asked, *answered}) == 1:
        return [(SETTINGS[0], measure)]
    questions = [(setting, measure) for setting in SETTINGS if scores["settings"][setting]]
    is_biased = len(set(answered)) > 1 and RANK_DISTANCE in scores["bias"]
    return [*questions, (SETTINGS[2], RANK_DISTANCE)] if is_biased else questions


def main_measure(collection: str) -> str:
    """What quality is measured by, as publications on this collection do.

    >>> main_measure("xquad-r"), main_measure("miracl/sw")
    ('AP', 'nDCG@10')
    """
    return next((measure for start, measure in RANKED_BY.items() if collection.startswith(start)), "AP")


def write_statistics(found: list[Statistics], path: Path) -> None:
    """Write `comparisons.json`: all estimates and comparisons, with what they were made with."""
    record = {
        "seed": SEED,
        "confidence": CONFIDENCE,
        "alpha": power.ALPHA,
        "power": power.POWER,
        "families": {each.collection: len(each.comparisons) for each in found},
        "resamples": {each.collection: each.resamples for each in found},
        "comparisons": [comparison.to_dict() for each in found for comparison in each.comparisons],
        "estimates": [asdict(estimate) for each in found for estimate in each.estimates],
        "versions": versions_of(LIBRARIES),
    }
    write_text(path, json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def _statistics(collection: str, results: list[Results], pairs: list[Question], resamples: int) -> Statistics:
    questions = questions_of(collection, results[0].scores[0])
    sums = _sums(results, questions)
    known = [pair for pair in pairs if {*pair} <= {each.system for each in results}]
    enough = max(resamples, math.ceil(len(known) * len(questions) / power.ALPHA))
    estimates: list[Estimate] = []
    comparisons: list[Comparison] = []
    for setting, measure in questions:
        own = sums[setting, measure]
        if len(next(iter(own.values())).topics) < 2:
            continue
        means, differences = contrast(own, known, collection, setting, measure, resamples=enough, seed=SEED)
        estimates += means
        comparisons += differences
    adjusted = power.holm([each.p for each in comparisons])
    family = len(comparisons)
    comparisons = [replace(each, adjusted_p=p, family=family) for each, p in zip(comparisons, adjusted, strict=True)]
    return Statistics(collection, enough, estimates, comparisons)


def _sums(results: list[Results], questions: Iterable[Question]) -> dict[Question, dict[str, TopicSums]]:
    """The topics' sums of each system, which is all that is kept of its tables."""
    found: dict[Question, dict[str, TopicSums]] = {question: {} for question in questions}
    first: dict[Question, TopicSums] = {}
    for each in results:
        system = each.read()
        for question, own in found.items():
            sums = topic_sums(system.runs, *question)
            start = first.setdefault(question, sums)
            if sums.topics != start.topics or (sums.numbers != start.numbers).any():
                raise IsoglotError(
                    f"{each.system} and {results[0].system} have different queries of {each.collection}; "
                    "evaluate both again."
                )
            own[each.system] = collapsed(sums)
    return found
