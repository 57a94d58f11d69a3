"""Ids that two parts of one collection share: translations of one topic, which no comparison of strings finds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.collection import Collection
from isoglot.data.leakage.report import KINDS, SNIPPET, Leak, Place


@dataclass(frozen=True)
class SharedIds:
    """Topic ids and parallel ids that stand on both sides."""

    topics: frozenset[str]
    groups: frozenset[str]


def shared_ids(train: Collection, evaluation: Collection) -> SharedIds:
    """What two collections of the same name share; ids of collections with different names mean different things."""
    if train.name != evaluation.name:
        return SharedIds(frozenset(), frozenset())
    return SharedIds(
        _common(train.queries["topic_id"], evaluation.queries["topic_id"]),
        _common(train.passages["parallel_id"], evaluation.passages["parallel_id"]),
    )


def union(shared: Iterable[SharedIds]) -> SharedIds:
    """The ids that one or another training collection shares."""
    shared = list(shared)
    return SharedIds(
        frozenset().union(*(each.topics for each in shared)), frozenset().union(*(each.groups for each in shared))
    )


def same_topic_leaks(train: Collection, evaluation: Collection, shared: SharedIds) -> Iterator[Leak]:
    """A leak for each shared id, by one of its texts on either side."""
    for table, column, label, ids in (
        ("queries", "topic_id", "topic", shared.topics),
        ("passages", "parallel_id", "parallel group", shared.groups),
    ):
        sides = [_places(each, table, column, label, ids) for each in (train, evaluation)]
        yield from (Leak(KINDS[0], 1.0, sides[0][each], sides[1][each]) for each in sorted(ids))


def among(values: pa.ChunkedArray, known: frozenset[str]) -> pa.ChunkedArray:
    """Whether each value is one of those known."""
    return pc.is_in(values, value_set=pa.array(sorted(known), pa.string()))


def _common(first: pa.ChunkedArray, second: pa.ChunkedArray) -> frozenset[str]:
    return frozenset(pc.unique(first).to_pylist()).intersection(pc.unique(second).to_pylist()) - {None}


def _places(collection: Collection, table: str, column: str, label: str, ids: frozenset[str]) -> dict[str, Place]:
    rows = getattr(collection, table)
    rows = rows.filter(among(rows[column], ids))
    counted = rows.group_by(column, use_threads=False).aggregate(
        [("language", "count"), ("language", "first"), ("text", "first")]
    )
    columns = (counted[name].to_pylist() for name in (column, "language_count", "language_first", "text_first"))
    return {
        each: Place(collection.name, label, each, count, language, text[:SNIPPET])
        for each, count, language, text in zip(*columns, strict=True)
    }
