"""Per-query tables made by hand, and systems of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from isoglot.evaluation.statistics.compare import compare
from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.evaluation.statistics.system import System

COLUMNS = ("query_language", "passage_language", "query_id", "topic_id")
Row = tuple[str, str, str, str]


def table(rows: Sequence[Row], setting: str = "monolingual", **measures: ArrayLike) -> pa.Table:
    """Rows (query language, passage language, query id, topic id) of one setting, with columns of measures."""
    keys = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(COLUMNS)}
    values = {name: pa.array(column, pa.float64(), from_pandas=True) for name, column in measures.items()}
    return pa.table({"setting": pa.repeat(setting, len(rows)), **keys, **values})


def parallel_rows(topics: int, languages: Sequence[str] = ("en",)) -> list[Row]:
    """One row for each topic and language, topic by topic."""
    return [(code, code, f"q{topic}{code}", f"t{topic:05}") for topic in range(topics) for code in languages]


def ragged_rows(rng: np.random.Generator, topics: int, languages: Sequence[str] = ("de", "en", "th")) -> list[Row]:
    """Topics that lack languages and have several queries in others; the first topic has all."""
    return [
        (code, code, f"q{topic}{code}{number}", f"t{topic:05}")
        for topic in range(topics)
        for code in languages
        for number in range(rng.integers(0, 4) if topic else 1)
    ]


def system(name: str, *runs: pa.Table, content_hash: str = "c0ffee") -> System:
    """A system on the collection "made"."""
    return System(name, "made", content_hash, runs)


def one_measure(name: str, rows: Sequence[Row], *values: Any, measure: str = "AP") -> System:
    """A system with one run for each sequence of values."""
    setting = "monolingual" if measure == "AP" else "multilingual"
    return system(name, *(table(rows, setting, **{measure: column}) for column in values))


def compared(base: System, other: System, **given: Any) -> Comparison:
    """The one comparison of two systems, of few resamples if not told otherwise."""
    (found,) = compare(base, [other], **{"resamples": 200, **given})
    return found
