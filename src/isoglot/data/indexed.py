"""A collection as integer arrays: what batches and ranks compute on."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.collection import Collection

IntegerArray = np.ndarray


@dataclass(frozen=True)
class Indexed:
    """Row numbers and codes of a collection.

    Languages are positions in `languages`, topics are positions in `collection.topics`; passages of one parallel
    group share a `passage_group`, and a passage without one is a group of its own. Judgments of one topic are
    consecutive.
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
    judgment_topic = positions(qrels["topic_id"], topics)
    order = np.argsort(judgment_topic, kind="stable")
    return Indexed(
        languages=languages,
        topic_count=len(topics),
        query_topic=positions(queries["topic_id"], topics),
        query_language=positions(queries["language"], languages),
        passage_language=positions(passages["language"], languages),
        passage_group=positions(groups, pc.unique(groups)),
        judgment_topic=judgment_topic[order],
        judgment_passage=positions(qrels["passage_id"], passages["passage_id"].combine_chunks())[order],
        judgment_relevance=qrels["relevance"].to_numpy()[order].astype(np.int64),
    )
