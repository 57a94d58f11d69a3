"""Cutting a collection in two by topic, so that no topic and no parallel group stands on both sides."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from isoglot.data.collection import Collection
from isoglot.data.indexed import Indexed, index, positions
from isoglot.errors import RequestError


def split_topics(collection: Collection, topics: int, seed: int = 0) -> tuple[Collection, Collection]:
    """Cut at most `topics` topics off, with all their languages.

    Topics that share a parallel group of relevant passages stay together; where they are too many, others are taken.
    A judgment of relevance 0 whose passage then belongs to the other side goes, so that no group stands on both.

    Args:
        collection: what to cut.
        topics: how many to cut off.
        seed: decides which.

    Returns:
        The rest, and what was cut off.

    Raises:
        RequestError: nothing would be cut off, or nothing would be left.
    """
    if topics < 1:
        raise RequestError(f"cannot cut {topics} topics off {collection.name}; give 1 or more.")
    indexed = index(collection)
    component = topic_components(indexed)
    order = np.random.default_rng(seed).permutation(component.max() + 1)
    chosen = np.isin(component, list(_fitting(order, np.bincount(component)[order], topics)))
    if chosen.all():
        raise RequestError(
            f"{collection.name} has {len(component)} topics; holding {topics} back leaves none; hold fewer back."
        )
    if not chosen.any():
        raise RequestError(
            f"the topics of {collection.name} share passages, so {topics} cannot be held back alone; hold more back."
        )
    names = np.array(collection.topics, object)
    collection = _with_groups_on_one_side(collection, indexed, chosen)
    return collection.select_topics(names[~chosen]), collection.select_topics(names[chosen])


def _fitting(components: NDArray[np.int64], sizes: NDArray[np.int64], room: int) -> Iterator[int]:
    """The components, in order, that fit into what the ones before them left of `room` topics."""
    for component, size in zip(components.tolist(), sizes.tolist(), strict=True):
        if size <= room:
            room -= size
            yield component


def _with_groups_on_one_side(collection: Collection, indexed: Indexed, chosen: NDArray[np.bool_]) -> Collection:
    """Without the judgments that do not bind and whose passage belongs to the other side, or to the rest by others."""
    topic = positions(collection.qrels["topic_id"], collection.topics)
    passage = positions(collection.qrels["passage_id"], collection.passages["passage_id"].combine_chunks())
    group, cut_off = indexed.passage_group[passage], chosen[topic]
    binds = _binding(topic, collection.qrels["relevance"].to_numpy())
    belongs = np.isin(group, group[binds & cut_off]) | ~np.isin(group, group[~cut_off])
    return replace(collection, qrels=collection.qrels.filter(pa.array(belongs == cut_off)))


def _binding(topic: NDArray[np.int64], relevance: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which judgments keep topics together: the relevant ones, and all of a topic that has none."""
    relevant = relevance > 0
    return relevant | ~np.isin(topic, topic[relevant])


def topic_components(indexed: Indexed) -> NDArray[np.int64]:
    """Number of the component of each topic: topics with a parallel group of relevant passages in common share one."""
    binds = _binding(indexed.judgment_topic, indexed.judgment_relevance)
    groups = indexed.passage_group[indexed.judgment_passage[binds]]
    size = indexed.topic_count + int(indexed.passage_group.max()) + 1
    edges = coo_array(
        (np.ones(len(groups)), (indexed.judgment_topic[binds], indexed.topic_count + groups)), shape=(size, size)
    )
    labels = connected_components(edges, directed=False)[1][: indexed.topic_count]
    return np.unique(labels, return_inverse=True)[1]
