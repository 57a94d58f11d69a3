"""What a collection offers to batches: by topic and language, the rows of its queries and passages."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from isoglot.data import Collection
from isoglot.data.indexed import Indexed, index

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Shelf:
    """Row numbers by key, compressed: the rows of key k are `rows[starts[k]:starts[k + 1]]`."""

    starts: Rows
    rows: Rows

    @classmethod
    def of(cls, keys: Rows, rows: Rows, key_count: int) -> "Shelf":
        """Put `rows` on the shelf under `keys` (same length), keys 0 to `key_count` - 1."""
        order = np.argsort(keys, kind="stable")
        return cls(np.searchsorted(keys[order], np.arange(key_count + 1)), rows[order])

    def count(self, keys: Rows) -> Rows:
        """How many rows each key has."""
        return self.starts[keys + 1] - self.starts[keys]

    def pick(self, keys: Rows, rng: np.random.Generator) -> Rows:
        """One random row for each key, -1 for a key without rows."""
        return self.sample(keys, 1, rng)[:, 0]

    def sample(self, keys: Rows, size: int, rng: np.random.Generator) -> Rows:
        """`size` different random rows for each key, [keys, size], filled up with -1 where it has fewer."""
        return sample(*self.expand(keys), len(keys), size, rng)

    def of_one(self, key: int) -> list[int]:
        """All rows of one key."""
        rows: list[int] = self.rows[self.starts[key] : self.starts[key + 1]].tolist()
        return rows

    def expand(self, keys: Rows) -> tuple[Rows, Rows]:
        """All rows of all keys: (position in `keys`, row), both as long as the sum of the counts."""
        counts = self.count(keys)
        owner = np.repeat(np.arange(len(keys)), counts)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        return owner, self.rows[self.starts[keys][owner] + within]


def sample(owner: Rows, rows: Rows, owners: int, size: int, rng: np.random.Generator) -> Rows:
    """`size` different random rows of each owner, [owners, size], filled up with -1 where it has fewer.

    Args:
        owner: whose each of `rows` is, ascending, 0 to `owners` - 1.
        rows: to draw from, the same length.
        owners: how many there are, also without rows.
        size: rows to draw for each.
        rng: makes the draw.
    """
    shuffled = np.lexsort((rng.random(len(rows)), owner))
    place = np.arange(len(rows)) - np.searchsorted(owner, owner)
    kept = place < size
    sampled = np.full((owners, size), -1)
    sampled[owner[kept], place[kept]] = rows[shuffled][kept]
    return sampled


@dataclass(frozen=True)
class Inventory:
    """The texts of a collection as training sees them: topics joined to their judged passages.

    Keys of `queries`, `passages` and `negatives` are `topic * L + language`; those of `groups` (the parallel groups of
    relevant passages) and `true_negatives` (judged 0, and parallel to no relevant passage) are topics; those of
    `versions` (all passages) are parallel groups.
    """

    name: str
    language_count: int
    indexed: Indexed
    queries: Shelf
    passages: Shelf
    negatives: Shelf
    true_negatives: Shelf
    groups: Shelf
    versions: Shelf

    @property
    def topic_count(self) -> int:
        """Number of topics."""
        return self.indexed.topic_count

    @cached_property
    def pairs(self) -> NDArray[np.bool_]:
        """Whether some topic has a query in one language and a passage in the other: [L, L]."""
        topics = np.arange(self.topic_count)
        return self.has(self.queries, topics).T @ self.has(self.passages, topics)

    def has(self, shelf: Shelf, topics: Rows) -> NDArray[np.bool_]:
        """Whether each topic has something on the shelf in each language: [topics, L]."""
        return shelf.count(self.keys(topics)) > 0

    def keys(self, topics: Rows) -> Rows:
        """Keys of each topic in each language: [topics, L]."""
        return topics[:, None] * self.language_count + np.arange(self.language_count)


def take_inventory(collection: Collection, languages: list[str]) -> Inventory:
    """Sort the rows of a collection by topic and language (positions in `languages`)."""
    indexed, width = index(collection, languages), len(languages)
    relevant = indexed.judgment_relevance > 0
    topic, passage = indexed.judgment_topic, indexed.judgment_passage
    keys = topic * width + indexed.passage_language[passage]
    size = indexed.topic_count * width
    group, group_count = indexed.passage_group[passage], int(indexed.passage_group.max(initial=-1)) + 1
    topic_groups = np.unique(np.stack([topic[relevant], group[relevant]]), axis=1)
    unrelated = np.isin(topic * group_count + group, topic_groups[0] * group_count + topic_groups[1], invert=True)
    return Inventory(
        name=collection.name,
        language_count=width,
        indexed=indexed,
        queries=Shelf.of(
            indexed.query_topic * width + indexed.query_language, np.arange(len(indexed.query_topic)), size
        ),
        passages=Shelf.of(keys[relevant], passage[relevant], size),
        negatives=Shelf.of(keys[~relevant], passage[~relevant], size),
        true_negatives=Shelf.of(topic[unrelated], passage[unrelated], indexed.topic_count),
        groups=Shelf.of(topic_groups[0], topic_groups[1], indexed.topic_count),
        versions=Shelf.of(indexed.passage_group, np.arange(len(indexed.passage_group)), group_count),
    )
