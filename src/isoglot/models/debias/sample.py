"""The texts that a correction is fitted on: a bounded number of each language, translations together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.data.indexed import index
from isoglot.models.encode import encode
from isoglot.models.roles import ROLES, Role
from isoglot.models.store import EmbeddingStore

Integers = NDArray[np.int64]
# Means and a few components need few texts, and encoding them is the whole cost of a fit.
TEXTS = 500


@dataclass(frozen=True, eq=False)
class Sample:
    """Encoded texts of one role.

    Args:
        vectors: of length 1, shape [N, d].
        language: position of each text's language in `languages`, shape [N].
        group: texts with the same number are translations of each other, shape [N].
        languages: sorted; each has a text.
    """

    vectors: NDArray[np.float32]
    language: Integers
    group: Integers
    languages: tuple[str, ...]


def encode_samples(
    model: SentenceTransformer,
    collection: Collection,
    *,
    texts: int = TEXTS,
    seed: int = 0,
    store: EmbeddingStore | None = None,
    batch_size: int = 128,
    progress: bool = False,
) -> dict[Role, Sample]:
    """Encode at most `texts` queries and passages of each language of a collection.

    The queries of a topic, and the passages of a parallel group, are translations of each other.

    Args:
        model: the encoder.
        collection: the texts.
        texts: bound on the texts of a language and role.
        seed: draws them.
        store: gives the vectors it knows and takes the others.
        batch_size: texts encoded together.
        progress: show bars.
    """
    indexed = index(collection)
    names = np.array(indexed.languages)
    tables = {
        "query": (collection.query_texts, indexed.query_language, indexed.query_topic),
        "passage": (collection.passage_texts, indexed.passage_language, indexed.passage_group),
    }
    samples: dict[Role, Sample] = {}
    for role in ROLES:
        all_texts, language, group = tables[role]
        rows = draw_rows(language, group, texts, seed)
        chosen = [all_texts[row] for row in rows]
        vectors = encode(model, chosen, role, batch_size=batch_size, progress=progress, store=store)
        known, code = np.unique(names[language[rows]], return_inverse=True)
        samples[role] = Sample(vectors, code, np.unique(group[rows], return_inverse=True)[1], tuple(known.tolist()))
    return samples


def draw_rows(language: Integers, group: Integers, texts: int, seed: int) -> Integers:
    """At most `texts` rows of each language, of the same random groups in all languages as far as those have them.

    >>> rows = draw_rows(np.array([0, 1, 0, 1, 0]), np.array([0, 0, 1, 1, 2]), texts=2, seed=0)
    >>> len(rows), set(rows) >= {1, 3}
    (4, True)
    """
    turn = np.random.default_rng(seed).permutation(group.max() + 1)[group]
    order = np.lexsort((np.arange(len(group)), turn, language))
    first = np.searchsorted(language[order], language[order])
    return np.sort(order[np.arange(len(order)) - first < texts])
