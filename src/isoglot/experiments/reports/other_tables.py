"""Scores by query language, and every comparison."""

from collections.abc import Callable
from typing import Any

import numpy as np

from isoglot.data.languages import language_name
from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.evaluation.statistics.comparison import Comparison, direction
from isoglot.experiments.grid.comparisons import Question
from isoglot.experiments.reports.content import Content
from isoglot.experiments.reports.numbers import between, number
from isoglot.experiments.reports.score_tables import file_name, question_title
from isoglot.experiments.reports.table import Table, Value
from isoglot.experiments.reports.verdicts import needed


def language_tables(content: Content) -> list[Table]:
    """For each collection in several languages, setting and measure: query languages by system."""
    return [
        _language_table(content, collection, question)
        for collection in content.collections
        if len(content.any_scores(collection)["languages"]) > 1
        for question in content.questions(collection)
    ]


def comparison_tables(content: Content) -> list[Table]:
    """Every comparison, a table for each collection, setting and measure."""
    found = [(name, question) for name in content.collections for question in content.questions(name)]
    tables = [_comparison_table(content, name, question) for name, question in found]
    return [table for table in tables if table.rows]


def _comparison_table(content: Content, collection: str, question: Question) -> Table:
    statistics = content.statistics[collection]
    columns = ["other − base", "base", "other", "difference", "p", "MDD", "verdict"]
    note = (
        f"The {len(statistics.comparisons)} comparisons on {collection} are one family in Holm's correction; "
        f"{statistics.resamples:,} resamples of whole topics (all translations of a topic are one unit). MDD: the "
        "difference that a single test finds with probability .8; verdicts ask what it finds after the correction."
    )
    rows = [_comparison_row(each) for each in statistics.comparisons if (each.setting, each.measure) == question]
    title = f"Comparisons on {collection}, {question_title(question)}"
    return Table(file_name("comparisons", collection, *question), title, columns, rows, note)


def by_language(scores: dict[str, Any], question: Question) -> dict[str, float]:
    """A measure by query language, from `scores.json`."""
    setting, measure = question
    languages: dict[str, dict[str, Any]] = scores["languages"]
    own = {code: found if measure == RANK_DISTANCE else found.get(setting, {}) for code, found in languages.items()}
    return {code: found[measure] for code, found in own.items() if measure in found}


def seed_means(scores: list[dict[str, Any]], values: Callable[[dict[str, Any]], dict[str, float]]) -> dict[str, float]:
    """The mean over training seeds of each value that all of them have."""
    found = [values(each) for each in scores]
    return {
        key: float(np.mean([each[key] for each in found])) for key in found[0] if all(key in each for each in found)
    }


def _language_table(content: Content, collection: str, question: Question) -> Table:
    systems = [
        system
        for start in content.starts
        for system in (start.untrained, *start.main.values())
        if (collection, system) in content.scores
    ]
    columns = {
        system: seed_means(content.scores[collection, system], lambda scores: by_language(scores, question))
        for system in systems
    }
    codes = sorted({code for column in columns.values() for code in column})
    rows = [[Value(f"{code} {language_name(code)}"), *_row(columns, code, question[1])] for code in codes]
    title = f"{question_title(question)} by query language on {collection}"
    note = "Means over training seeds. Bold: the best of a row."
    name = file_name("languages", collection, *question)
    return Table(name, title[0].upper() + title[1:], ["query language", *systems], rows, note)


def _row(columns: dict[str, dict[str, float]], code: str, measure: str) -> list[Value]:
    known = [column[code] for column in columns.values() if code in column]
    best = (max if direction(measure) > 0 else min)(known)
    values = [column.get(code) for column in columns.values()]
    return [Value(number(measure, value), best=value == best and len(known) > 1) for value in values]


def _comparison_row(each: Comparison) -> list[Value]:
    measure = each.measure
    over_seeds = (f"with seeds {between(measure, each.seed_interval, '+')}",) if each.seed_interval else ()
    return [
        Value(f"{each.other} − {each.base}"),
        Value(number(measure, each.base_mean)),
        Value(number(measure, each.other_mean)),
        Value(number(measure, each.difference, "+"), (between(measure, each.interval, "+"), *over_seeds)),
        Value("<.0001" if each.adjusted_p < 0.00005 else f"{each.adjusted_p:.4f}".removeprefix("0")),
        Value(number(measure, each.minimum_detectable)),
        Value(each.verdict, needed(each), verdict=each.verdict if each.verdict in ("better", "worse") else ""),
    ]
