"""Golds: the relevant passages of every query, as integer rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isoglot.data.indexed import Indexed

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Golds:
    """One row per query and relevant passage, ordered by query.

    Args:
        query: row of the query, ascending, shape [G].
        passage: row of the relevant passage, shape [G].
        relevance: its graded relevance, at least 1, shape [G].
    """

    query: Integers
    passage: Integers
    relevance: Integers

    def __post_init__(self) -> None:
        """Refuse another order, which would give wrong counts."""
        if np.any(np.diff(self.query) < 0):
            raise ValueError("golds must be ordered by query.")


def golds_of(indexed: Indexed) -> Golds:
    """Every relevant passage of every query's topic, in whatever language."""
    relevant = indexed.judgment_relevance > 0
    topic, passage = indexed.judgment_topic[relevant], indexed.judgment_passage[relevant]
    query, judgment = _join_topics(indexed.query_topic, topic)
    return Golds(query, passage[judgment], indexed.judgment_relevance[relevant][judgment])


def exclusions_of(indexed: Indexed) -> tuple[Integers, Integers]:
    """The (query, passage) rows that are never ranked, ordered by query, each of shape [E]."""
    query, row = _join_topics(indexed.query_topic, indexed.exclusion_topic)
    return query, indexed.exclusion_passage[row]


def _join_topics(query_topic: Integers, topic: Integers) -> tuple[Integers, Integers]:
    """Rows of queries and of the ascending `topic` that have the same topic, ordered by query."""
    first = np.searchsorted(topic, query_topic, side="left")
    number = np.searchsorted(topic, query_topic, side="right") - first
    query = np.repeat(np.arange(len(first)), number)
    return query, np.arange(len(query)) + np.repeat(first - np.cumsum(number) + number, number)
