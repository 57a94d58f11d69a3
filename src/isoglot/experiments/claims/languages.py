"""Whether what training gives holds for every query language, those it never saw among them."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from isoglot.errors import IsoglotError
from isoglot.evaluation.statistics import power
from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.evaluation.statistics.pair import compare_two
from isoglot.evaluation.statistics.system import System
from isoglot.evaluation.statistics.topics import measures_of, valued_rows
from isoglot.experiments.claims.claim import Languages
from isoglot.experiments.claims.evidence import Evidence, system_of
from isoglot.experiments.claims.finding import REFUTED, SUPPORTED, Finding, joined, wanting
from isoglot.experiments.grid.comparisons import SEED, main_measure
from isoglot.experiments.grid.contrast import WORTH
from isoglot.experiments.grid.pairs import StartModel
from isoglot.experiments.reports.numbers import listed, number
from isoglot.training.setup import open_training_collections

UNSEEN = "languages not in training"


def judge_languages(test: Languages, evidence: Evidence) -> Finding:
    """Compare a trained system with its start model in each query language and in the unseen ones together.

    p is adjusted (Holm) over the languages of a collection and the group of the unseen ones. Supported when no language
    is shown worse and the unseen languages together are shown better; refuted when a language is shown worse; else, or
    where training had every language, not testable.
    """
    starts = evidence.starts_that_are(test.start)
    collections = evidence.collections(test.collections)
    if not starts:
        return wanting(f"It is about {test.start} start models, and this run has none.")
    if not collections:
        return wanting(evidence.lacks(test.collections))
    return joined([_judge(test, evidence, start, collection) for start in starts for collection in collections])


def _judge(test: Languages, evidence: Evidence, start: StartModel, collection: str) -> Finding:
    names = [start.untrained, system_of(start, test.system)]
    found = [evidence.by_system.get((collection, name)) for name in names]
    missing = [name for name, each in zip(names, found, strict=True) if each is None]
    if missing or names[1] not in start.cells:
        return wanting(f"This run has no evaluation of {' and '.join(missing) or names[1]} on {collection}.")
    base, other = (each.read() for each in found if each is not None)
    measure = test.measure or main_measure(collection)
    spoken = languages_with_topics(base.runs[0], test.setting, measure)
    if not spoken:
        return wanting(f"{collection} has no language with two topics by {measure} in the {test.setting} setting.")
    try:
        parts, _ = open_training_collections(start.cells[names[1]].recipe)
    except IsoglotError as problem:
        return wanting(f"The languages of training are not known: {problem}")
    trained = {language for part in parts for language in part.languages}
    unseen = [language for language in spoken if language not in trained]
    comparisons = by_language(base, other, spoken, unseen, test.setting, measure, evidence.resamples)
    return finding_of(comparisons, unseen)


def languages_with_topics(table: pa.Table, setting: str, measure: str) -> list[str]:
    """The query languages of a setting with a value in two topics or more; none where the measure is not there."""
    if measure not in measures_of(table):
        return []
    rows = valued_rows(table, setting, measure)
    numbers = rows.group_by("query_language").aggregate([("topic_id", "count_distinct")])
    return sorted(row["query_language"] for row in numbers.to_pylist() if row["topic_id_count_distinct"] > 1)


def by_language(
    base: System,
    other: System,
    spoken: Sequence[str],
    unseen: Sequence[str],
    setting: str,
    measure: str,
    resamples: int,
) -> dict[str, Comparison]:
    """The comparison of two systems in each query language, and in the unseen ones together; one family."""
    groups = {language: [language] for language in spoken} | ({UNSEEN: list(unseen)} if unseen else {})
    enough = max(resamples, math.ceil(len(groups) / power.ALPHA))
    found = {
        name: compare_two(
            _asked_in(base, codes), _asked_in(other, codes), setting, measure, resamples=enough, seed=SEED, worth=WORTH
        )
        for name, codes in groups.items()
    }
    adjusted = power.holm([each.p for each in found.values()])
    return {
        name: replace(each, adjusted_p=p, family=len(found))
        for (name, each), p in zip(found.items(), adjusted, strict=True)
    }


def finding_of(comparisons: dict[str, Comparison], unseen: Sequence[str]) -> Finding:
    """The finding from comparisons by language."""
    first = next(iter(comparisons.values()))
    where = f"{first.collection}, {first.setting} {first.measure}"
    pair = f"{first.other} − {first.base}"
    numbers = {f"{where}: {pair}, {name}": each.difference for name, each in comparisons.items()}
    worse = {name: each for name, each in comparisons.items() if each.verdict == "worse"}
    if worse:
        told = listed([f"{name} ({number(first.measure, each.difference, '+')})" for name, each in worse.items()])
        confidence = 1 - min(each.adjusted_p for each in worse.values())
        return Finding(REFUTED, confidence, numbers, f"{first.other} is worse than {first.base} on {where} in {told}.")
    if not unseen:
        return wanting(
            f"No language of {first.collection} is shown worse, but training had every one: none is unseen.", numbers
        )
    group = comparisons[UNSEEN]
    shown = f"{listed(list(unseen))} together {number(first.measure, group.difference, '+')} on {where}"
    shown += f" (adjusted p {group.adjusted_p:.4f})"
    if group.verdict != "better":
        return wanting(f"The unseen languages are not shown better: {shown}, {group.verdict}.", numbers)
    explanation = f"No language of {first.collection} is shown worse, and the unseen are better: {shown}."
    return Finding(SUPPORTED, 1 - group.adjusted_p, numbers, explanation)


def _asked_in(system: System, codes: Sequence[str]) -> System:
    """The same with the queries in some languages only."""
    wanted = pa.array(list(codes), pa.string())
    return replace(
        system, runs=tuple(run.filter(pc.is_in(run["query_language"], value_set=wanted)) for run in system.runs)
    )
