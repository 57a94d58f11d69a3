"""From rows to topics: sums by topic and group, from which every reported mean can be computed again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from isoglot.errors import RequestError, unknown
from isoglot.evaluation.summary import SETTINGS

Floats = NDArray[np.float64]
KEYS = ["query_language", "passage_language", "query_id", "topic_id"]
ROUNDING = 1e-12  # a share of the values below which a difference is an error of rounding


@dataclass(frozen=True)
class TopicSums:
    """A measure of several evaluations, summed by topic and group; a group is a (query, passage language) pair.

    Args:
        topics: ids, ascending, shape [T].
        sums: of the values of each evaluation, shape [E, T, G].
        numbers: of rows, the same in every evaluation, shape [T, G].
    """

    topics: list[str]
    sums: Floats
    numbers: Floats


def topic_values(table: pa.Table, setting: str, measure: str) -> tuple[list[str], Floats]:
    """What each topic contributes to the reported mean.

    The reported mean is a mean over groups of means over rows. A topic's value is its share of that sum times the
    number of topics; where all topics have the same rows (a parallel collection), it is the topic's own mean.

    Args:
        table: one row per query and setting, as `isoglot evaluate` writes it.
        setting: one of `SETTINGS`.
        measure: a column of the table.

    Returns:
        Topic ids, ascending, and values whose plain mean is the reported mean, both of shape [T].

    Raises:
        RequestError: there is no such setting or measure, or no row has a value.

    >>> table = pa.table({"setting": ["monolingual"] * 3, "query_language": ["de", "de", "en"],
    ...                   "passage_language": ["de", "de", "en"], "query_id": ["1", "2", "3"],
    ...                   "topic_id": ["t1", "t2", "t1"], "AP": [0.2, 0.6, 1.0]})
    >>> topic_values(table, "monolingual", "AP")
    (['t1', 't2'], array([1.1, 0.3]))
    """
    found = topic_sums([table], setting, measure)
    return found.topics, len(found.topics) * contributions(found.sums[0], found.numbers)


def topic_sums(tables: Sequence[pa.Table], setting: str, measure: str) -> TopicSums:
    """Sum the values of evaluations that have the same rows, which may come in any order.

    Raises:
        RequestError: there is no such setting or measure, no row has a value, or a row has one in only one of the
            evaluations.
    """
    parts = [valued_rows(table, setting, measure) for table in tables]
    for part in parts[1:]:
        _check_same_rows(parts[0], part, f"{setting} {measure}")
    if len(parts[0]) == 0:
        raise RequestError(f"No topic has {measure} in the {setting} setting; choose another measure or setting.")
    topics, topic = _codes(parts[0]["topic_id"])
    groups, group = _codes(pc.binary_join_element_wise(*(parts[0][key] for key in KEYS[:2]), "->"))
    cell, shape = topic * len(groups) + group, (len(topics), len(groups))
    sums = [
        np.bincount(cell, part[measure].to_numpy(), minlength=len(topics) * len(groups)).reshape(shape)
        for part in parts
    ]
    numbers = np.bincount(cell, minlength=len(topics) * len(groups)).reshape(shape)
    return TopicSums(topics, np.array(sums), numbers.astype(np.float64))


def valued_rows(table: pa.Table, setting: str, measure: str) -> pa.Table:
    """The rows of a setting that have a value of the measure, sorted.

    Raises:
        RequestError: there is no such setting or measure.
    """
    if setting not in SETTINGS:
        raise unknown("setting", setting, SETTINGS)
    if measure not in measures_of(table):
        raise unknown("measure", measure, measures_of(table))
    column = table[measure]
    known = pc.fill_null(pc.invert(pc.is_nan(column)), False)
    rows = table.filter(pc.and_(pc.equal(table["setting"], setting), known))
    return rows.select([*KEYS, measure]).sort_by([(key, "ascending") for key in KEYS])


def measures_of(table: pa.Table) -> list[str]:
    """The columns that hold a measure."""
    return [name for name in table.column_names if name not in ("setting", *KEYS)]


def contributions(sums: Floats, numbers: Floats) -> Floats:
    """What each topic adds to the mean over groups: shape [T], from sums and numbers of rows of shape [T, G]."""
    return (sums / numbers.sum(axis=0)).mean(axis=1)


def standard_error(sums: Floats, numbers: Floats) -> float:
    """Standard error of the mean over groups, with topics drawn at random.

    A group's mean is a ratio of two sums over topics; the variance is that of its linearisation (the delta method),
    with T / (T - 1) for the sample. Where all topics have the same rows it is the standard deviation of the topics'
    means over the root of T.

    Args:
        sums: shape [T, G].
        numbers: of rows, shape [T, G].
    """
    means = sums.sum(axis=0) / numbers.sum(axis=0)
    residuals = contributions(sums - means * numbers, numbers)
    residuals[np.abs(residuals) <= ROUNDING * np.abs(contributions(sums, numbers)).max()] = 0.0
    return float(np.sqrt(len(residuals) / (len(residuals) - 1) * np.square(residuals).sum()))


def _codes(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int64]]:
    names = sorted(pc.unique(column).to_pylist())
    return names, pc.index_in(column, value_set=pa.array(names, column.type)).to_numpy().astype(np.int64)


def _check_same_rows(first: pa.Table, second: pa.Table, what: str) -> None:
    if first.select(KEYS).equals(second.select(KEYS)):
        return
    left, right = (
        Counter(map(tuple, zip(*part.select(KEYS).to_pydict().values(), strict=True))) for part in (first, second)
    )
    alone = sorted(((left - right) + (right - left)).elements())
    query_language, passage_language, query_id, topic_id = alone[0]
    raise RequestError(
        f"{len(alone)} of the rows of {what} have a value in only one of two evaluations, such as query {query_id!r} "
        f"of topic {topic_id!r} ({query_language} on {passage_language}); compare evaluations of the same queries."
    )
