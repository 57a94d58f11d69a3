"""Whether a system is better than others."""

from dataclasses import replace

from isoglot.evaluation.statistics.comparison import CANNOT_TELL, Comparison
from isoglot.experiments.claims.claim import Better
from isoglot.experiments.claims.evidence import Evidence, system_of
from isoglot.experiments.claims.finding import REFUTED, SUPPORTED, Finding, joined, wanting
from isoglot.experiments.grid.comparisons import main_measure
from isoglot.experiments.grid.pairs import StartModel
from isoglot.experiments.reports.numbers import counted, listed, number

OPPOSITE = {"better": "worse", "worse": "better"}


def judge_better(test: Better, evidence: Evidence) -> Finding:
    """Judge by the comparisons of the report (`Comparison.verdict`), for every start model, collection and setting.

    Supported when a comparison shows "better"; refuted when it shows "worse", or "no difference shown": then the sample
    would have found a difference worth knowing. Not testable when it cannot tell, or when a system, a collection or a
    start model is not in the run.
    """
    starts = evidence.starts_that_are(test.start)
    if not starts:
        models = ", ".join(start.model for start in evidence.starts)
        return wanting(f"It is about {test.start} start models, and this run starts from {models}.")
    collections = evidence.collections(test.collections)
    if not collections:
        return wanting(evidence.lacks(test.collections))
    found = joined([
        _judge(evidence, start, collection, setting, opponent, test)
        for start in starts
        for collection in collections
        for setting in test.settings
        for opponent in test.than
    ])  # fmt: skip
    where = f" Judged on {listed(collections)}, of {listed(test.collections)}."
    return replace(found, explanation=found.explanation + where * (collections != test.collections))


def _judge(
    evidence: Evidence, start: StartModel, collection: str, setting: str, opponent: str, test: Better
) -> Finding:
    base, other = system_of(start, opponent), system_of(start, test.system)
    missing = [name for name in (other, base) if (collection, name) not in evidence.scores]
    if missing:
        return wanting(f"This run has no evaluation of {' and '.join(missing)} from {start.model} on {collection}.")
    measure = test.measure or main_measure(collection)
    found = evidence.comparison(collection, (base, other), setting, measure)
    if found is None:
        return wanting(
            f"The report does not compare {other} with {base} by {measure} in the {setting} setting of {collection}."
        )
    return _finding(*found, base=base, other=other)


def _finding(each: Comparison, sign: int, *, base: str, other: str) -> Finding:
    difference, where = sign * each.difference, f"{each.collection}, {each.setting} {each.measure}"
    name = f"{where}: {other} − {base}"
    numbers = {name: difference, f"{name}, adjusted p": each.adjusted_p}
    shown = f"{where}: {number(each.measure, difference, '+')} (adjusted p {each.adjusted_p:.4f}, {_sample(each)})"
    verdict = OPPOSITE.get(each.verdict, each.verdict) if sign < 0 else each.verdict
    if verdict == CANNOT_TELL:
        return wanting(f"The sample cannot tell {other} from {base} on {shown}; {_needed(each)}.", numbers)
    confidence = 1 - each.adjusted_p if verdict in OPPOSITE else None
    words = f"is {verdict} than" if verdict in OPPOSITE else "shows no difference worth knowing from"
    explanation = f"{other} {words} {base} on {shown}."
    return Finding(SUPPORTED if verdict == "better" else REFUTED, confidence, numbers, explanation)


def _sample(each: Comparison) -> str:
    seeds = sorted({each.base_seeds, each.other_seeds})
    told = counted(seeds[-1], "training seed") if len(seeds) == 1 else f"{seeds[0]} and {seeds[1]} training seeds"
    return f"{counted(each.topics, 'topic')}, {told}"


def _needed(each: Comparison) -> str:
    """What would tell."""
    if each.seeds_wanting:
        return "the topics show a difference that other training seeds may not: train with more seeds"
    if each.topics_needed is not None:
        worth = number(each.measure, each.worth)
        return f"about {each.topics_needed:,} topics could show a difference of {worth}"
    return "more topics and training seeds could"
