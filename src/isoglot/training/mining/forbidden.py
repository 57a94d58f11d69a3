"""Which passages must not be mined for which topic."""

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from isoglot.batches.inventory import Rows, Shelf
from isoglot.data import Collection
from isoglot.data.indexed import Indexed
from isoglot.data.leakage.normalise import normalise


def forbidden_passages(collection: Collection, indexed: Indexed) -> tuple[Rows, Rows]:
    """The (topic, passage) rows that must not be mined, each pair once, ordered by topic.

    These are the passages that are relevant to the topic or have the content of a relevant one (see `content_numbers`),
    those that are judged already, and those that are never ranked for the topic.
    """
    content = content_numbers(collection, indexed)
    relevant = indexed.judgment_relevance > 0
    by_content = Shelf.of(content, np.arange(len(content)), int(content.max()) + 1)
    position, same = by_content.expand(content[indexed.judgment_passage[relevant]])
    topics = (indexed.judgment_topic[relevant][position], indexed.judgment_topic, indexed.exclusion_topic)
    passages = (same, indexed.judgment_passage, indexed.exclusion_passage)
    pairs = np.unique(np.concatenate(topics) * len(content) + np.concatenate(passages))
    topic, passage = np.divmod(pairs, len(content))
    return topic, passage


def content_numbers(collection: Collection, indexed: Indexed) -> Rows:
    """A number for each passage, the same for passages that are parallel or have the same normalised text, [P].

    So it is for passages that others connect: what is parallel to a copy of a passage says what the passage says. Texts
    are compared without titles, where they have more than a title.
    """
    titles, texts = (collection.passages[name].to_pylist() for name in ("title", "text"))
    shown = normalise([text or title for title, text in zip(titles, texts, strict=True)])
    text = pa.array(shown, pa.string()).dictionary_encode().indices.to_numpy().astype(np.int64)
    count, rows = len(text), np.arange(len(text))
    group = count + indexed.passage_group
    text += int(group.max()) + 1
    nodes = int(text.max()) + 1
    edges = np.concatenate([rows, rows]), np.concatenate([group, text])
    graph = coo_matrix((np.ones(2 * count, bool), edges), shape=(nodes, nodes))
    numbers: Rows = connected_components(graph, directed=False)[1][:count].astype(np.int64)
    return numbers
