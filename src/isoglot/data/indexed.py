"""A collection as integer arrays: what batches and ranks compute on."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.collection import Collection

IntegerArray = np.ndarray


@dataclass(frozen=True)
class Indexed:
    """Row numbers and codes of a collection.

    Languages are positions in `languages`, topics are positions in `collection.topics`; passages of one parallel
    group share a `passage_group`, and a passage without one is a group of its own. Judgments are ordered by topic, and
    so are exclusions: passages that are never ranked for their topic.
    """

    languages: list[str]
    topic_count: int
    query_topic: IntegerArray
    query_language: IntegerArray
    passage_language: IntegerArray
    passage_group: IntegerArray
    judgment_topic: IntegerArray
    judgment_passage: IntegerArray
    judgment_relevance: IntegerArray
    exclusion_topic: IntegerArray = field(default_factory=lambda: np.zeros(0, np.int64))
    exclusion_passage: IntegerArray = field(default_factory=lambda: np.zeros(0, np.int64))


def positions(values: pa.ChunkedArray, known: pa.Array | list[str]) -> IntegerArray:
    """Position of every value in `known` (all must be there), int64."""
    found = pc.index_in(values, value_set=pa.array(known, pa.string()) if isinstance(known, list) else known)
    return found.to_numpy().astype(np.int64)


def index(collection: Collection, languages: list[str] | None = None) -> Indexed:
    """Turn the tables into arrays; `languages` fixes the language codes (default: the collection's own)."""
    languages = languages or collection.languages
    queries, passages, qrels = collection.queries, collection.passages, collection.qrels
    own_group = pc.binary_join_element_wise(passages["passage_id"], "\x1f", "")
    groups = pc.coalesce(passages["parallel_id"], own_group)
    topics = pa.array(collection.topics, pa.string())
    passage_ids = passages["passage_id"].combine_chunks()
    judgment_topic, judgment_passage, order = _by_topic(qrels, topics, passage_ids)
    exclusion_topic, exclusion_passage, _ = _by_topic(collection.exclusions, topics, passage_ids)
    return Indexed(
        languages=languages,
        topic_count=len(topics),
        query_topic=positions(queries["topic_id"], topics),
        query_language=positions(queries["language"], languages),
        passage_language=positions(passages["language"], languages),
        passage_group=positions(groups, pc.unique(groups)),
        judgment_topic=judgment_topic,
        judgment_passage=judgment_passage,
        judgment_relevance=qrels["relevance"].to_numpy()[order].astype(np.int64),
        exclusion_topic=exclusion_topic,
        exclusion_passage=exclusion_passage,
    )


def _by_topic(table: pa.Table, topics: pa.Array, passages: pa.Array) -> tuple[IntegerArray, IntegerArray, IntegerArray]:
    """Topic and passage of each row, ordered by topic, and that order."""
    topic = positions(table["topic_id"], topics)
    order = np.argsort(topic, kind="stable")
    return topic[order], positions(table["passage_id"], passages)[order], order
