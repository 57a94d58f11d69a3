"""Collection: queries, passages and relevance judgments as immutable Arrow tables.

It is what TREC and CLEF call a test collection, and it serves training and evaluation alike.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.validation import table_of, validate

QUERIES = pa.schema([("query_id", pa.string()), ("topic_id", pa.string()), ("language", pa.string()),
                     ("text", pa.string())])  # fmt: skip
PASSAGES = pa.schema([("passage_id", pa.string()), ("parallel_id", pa.string()), ("language", pa.string()),
                      ("title", pa.string()), ("text", pa.string())])  # fmt: skip
QRELS = pa.schema([("topic_id", pa.string()), ("passage_id", pa.string()), ("relevance", pa.int32())])
EXCLUSIONS = pa.schema([("topic_id", pa.string()), ("passage_id", pa.string())])
HASHED_ROWS = 10_000


@dataclass(frozen=True)
class Collection:
    """A validated test collection.

    A topic is one information need and its queries are that need said in several languages (or several wordings);
    a parallel group (`parallel_id`) is one passage said in several languages, null where no alignment exists.
    Relevance belongs to the topic and so holds for all its queries. Relevance 0 is a judged hard negative.
    An excluded passage is never ranked for the topic, such as the argument that a topic of ArguAna was made from.

    Args:
        name: what the collection is called in tables and files.
        queries: columns `query_id, topic_id, language, text`.
        passages: columns `passage_id, parallel_id, language, title, text`.
        qrels: columns `topic_id, passage_id, relevance`.
        exclusions: columns `topic_id, passage_id`; most collections have none.
        licence: the licence of the texts.
        source: where the texts come from.
        evaluation_only: True where training on it would be training on evaluation data.
        notes: what a reader should know, such as what was left out when it was read.

    Raises:
        RequestError: a row is wrong; the sentence names table, row and value.

    >>> from isoglot.data import Collection
    >>> tiny = Collection.from_rows(
    ...     "tiny",
    ...     queries=[{"query_id": "q1", "topic_id": "t1", "language": "en", "text": "capital of Peru?"}],
    ...     passages=[{"passage_id": "p1", "language": "es", "text": "Lima es la capital del Perú."}],
    ...     qrels=[{"topic_id": "t1", "passage_id": "p1", "relevance": 1}],
    ... )
    >>> tiny.languages
    ['en', 'es']
    """

    name: str
    queries: pa.Table
    passages: pa.Table
    qrels: pa.Table
    exclusions: pa.Table = field(default_factory=EXCLUSIONS.empty_table)
    licence: str = "unknown"
    source: str = ""
    evaluation_only: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        validate(self.name, self.queries, self.passages, self.qrels, self.exclusions)

    @classmethod
    def from_rows(  # noqa: PLR0913 - the fields of a collection
        cls,
        name: str,
        *,
        queries: list[dict],
        passages: list[dict],
        qrels: list[dict],
        exclusions: Iterable[dict] = (),
        licence: str = "unknown",
        source: str = "",
        evaluation_only: bool = False,
        notes: tuple[str, ...] = (),
    ) -> "Collection":
        """Build a collection from lists of rows; `parallel_id`, `title` and `relevance` (1) may be left out."""
        passages = [{"parallel_id": None, "title": "", **row} for row in passages]
        qrels = [{"relevance": 1, **row} for row in qrels]
        return cls(
            name,
            table_of(f"{name}: queries", queries, QUERIES),
            table_of(f"{name}: passages", passages, PASSAGES),
            table_of(f"{name}: qrels", qrels, QRELS),
            table_of(f"{name}: exclusions", list(exclusions), EXCLUSIONS),
            licence=licence,
            source=source,
            evaluation_only=evaluation_only,
            notes=notes,
        )

    @cached_property
    def languages(self) -> list[str]:
        """All languages of queries and passages, sorted."""
        found = (pc.unique(table["language"]).to_pylist() for table in (self.queries, self.passages))
        return sorted({language for languages in found for language in languages})

    @cached_property
    def topics(self) -> list[str]:
        """The topic ids that have at least one query, in order of first appearance."""
        return pc.unique(self.queries["topic_id"]).to_pylist()

    @property
    def query_texts(self) -> list[str]:
        """What an encoder reads of each query."""
        return self.queries["text"].to_pylist()

    @property
    def passage_texts(self) -> list[str]:
        """What an encoder reads of each passage: its title, where it has one, and its text."""
        titles, texts = self.passages["title"].to_pylist(), self.passages["text"].to_pylist()
        return [f"{title}\n{text}" if title else text for title, text in zip(titles, texts, strict=True)]

    @property
    def texts(self) -> list[str]:
        """The texts of all queries and passages."""
        return self.query_texts + self.passage_texts

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over every cell of the tables, whatever their chunking and order of columns."""
        tables = [(self.queries, QUERIES), (self.passages, PASSAGES), (self.qrels, QRELS)]
        if self.exclusions.num_rows:  # an empty table adds nothing: collections older than exclusions keep their hash
            tables.append((self.exclusions, EXCLUSIONS))
        digest = hashlib.sha256()
        for table, schema in tables:
            for column in schema.names:
                for part in _shown(table[column]):
                    digest.update(part.encode())
        return digest.hexdigest()

    def select_topics(self, topics: Iterable[str]) -> "Collection":
        """The collection of these topics: their queries, judgments and judged passages only."""
        wanted = pa.array(list(topics), pa.string())
        queries = self.queries.filter(pc.is_in(self.queries["topic_id"], wanted))
        qrels = self.qrels.filter(pc.is_in(self.qrels["topic_id"], wanted))
        passages = self.passages.filter(pc.is_in(self.passages["passage_id"], pc.unique(qrels["passage_id"])))
        exclusions = _between(self.exclusions, queries, passages)
        return replace(self, queries=queries, passages=passages, qrels=qrels, exclusions=exclusions)

    def select_languages(self, languages: Iterable[str]) -> "Collection":
        """The collection without the texts in any other language, and without the judgments of those."""
        wanted = pa.array(list(languages), pa.string())
        queries = self.queries.filter(pc.is_in(self.queries["language"], wanted))
        passages = self.passages.filter(pc.is_in(self.passages["language"], wanted))
        qrels, exclusions = (_between(table, queries, passages) for table in (self.qrels, self.exclusions))
        return replace(self, queries=queries, passages=passages, qrels=qrels, exclusions=exclusions)


def _between(table: pa.Table, queries: pa.Table, passages: pa.Table) -> pa.Table:
    """The rows of `table` whose topic is among `queries` and whose passage is among `passages`."""
    asked = pc.is_in(table["topic_id"], pc.unique(queries["topic_id"]))
    return table.filter(pc.and_(asked, pc.is_in(table["passage_id"], passages["passage_id"])))


def _shown(column: pa.ChunkedArray) -> Iterator[str]:
    """The `repr` of the column as a list, in parts: as one string it would be larger than the column."""
    yield "["
    for start in range(0, len(column), HASHED_ROWS):
        yield ", " * (start > 0) + repr(column.slice(start, HASHED_ROWS).to_pylist())[1:-1]
    yield "]"
