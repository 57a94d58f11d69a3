"""The verdicts on hybrid batches against each of the others, which may have been corrected afterwards."""

from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.experiments.grid.pairs import StartModel
from isoglot.experiments.reports.content import HYBRID, Content
from isoglot.experiments.reports.numbers import between, number
from isoglot.experiments.reports.table import Table, Value

OPPONENTS = {
    "monolingual": "monolingual-only batches",
    "cross-lingual": "cross-lingual-only batches",
    "mixed": "ordinary mixed batches",
}


def corrected(content: Content) -> list[str]:
    """The others after each correction: what needs no training but theirs."""
    return [f"{opponent} + {kind}" for opponent in OPPONENTS for kind in content.spec.corrections]


def verdict_table(content: Content) -> Table:
    """The verdict of every collection on hybrid batches against each of the others."""
    settings = list(
        dict.fromkeys(
            "rank distance" if measure == RANK_DISTANCE else setting
            for collection in content.collections
            for setting, measure in content.questions(collection)
        )
    )
    rows = [
        [Value(_named(content, start, f"{collection}: hybrid against {opponent}")), *_verdicts(found, settings)]
        for start in content.starts
        for collection in content.collections
        for opponent in (*OPPONENTS, *(corrected(content) if len(content.questions(collection)) > 1 else ()))
        if (found := against(content, start, collection, opponent))
    ]
    note = (
        "Differences are hybrid − the other, of mAP (nDCG@10 on BEIR, BRIGHT and MIRACL) and of rank distance (less "
        "is better). A verdict takes p ≤ .05 after Holm's correction over all comparisons of the collection, and "
        "with several training seeds an interval over topics and seeds without 0."
    )
    return Table("verdicts", "Hybrid batches against the others", ["", *settings], rows, note)


def against(content: Content, start: StartModel, collection: str, opponent: str) -> list[Comparison]:
    """Hybrid batches against a strategy, or a strategy and a correction such as "mixed + lir", by each question."""
    strategy, plus, correction = opponent.partition(" + ")
    if not {strategy, HYBRID} <= start.main.keys():
        return []
    pair = start.main[strategy] + plus + correction, start.main[HYBRID]
    found = [content.comparison(collection, *pair, question) for question in content.questions(collection)]
    return [each for each in found if each is not None]


def _verdicts(found: list[Comparison], settings: list[str]) -> list[Value]:
    by_setting = {"rank distance" if each.measure == RANK_DISTANCE else each.setting: each for each in found}
    return [_verdict(by_setting.get(setting)) for setting in settings]


def _verdict(each: Comparison | None) -> Value:
    if each is None:
        return Value("–")
    details = (number(each.measure, each.difference, "+"), between(each.measure, each.interval, "+"), *needed(each))
    return Value(each.verdict, details, verdict=each.verdict if each.verdict in ("better", "worse") else "")


def needed(each: Comparison) -> tuple[str, ...]:
    """The sample that could tell what this one cannot."""
    topics = () if each.topics_needed is None else (f"about {each.topics_needed:,} topics could",)
    return (*topics, *(("more seeds could",) if each.seeds_wanting else ()))


def _named(content: Content, start: StartModel, text: str) -> str:
    return f"{start.model}, {text}" if len(content.starts) > 1 else text
