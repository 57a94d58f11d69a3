"""What an evaluation will cost, told before it starts."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.evaluation.tokens import tokens_read
from isoglot.models.encode import encode, space_key
from isoglot.models.roles import ROLES, Role
from isoglot.models.sections import cut_sections
from isoglot.models.store import EmbeddingStore, Writer

# Texts of each role that the probe encodes and counts the tokens of: some seconds on a slow machine.
PROBED = 64


@dataclass(frozen=True)
class Preview:
    """An estimate.

    Args:
        distinct_texts: texts that differ, queries and passages (or their sections).
        to_encode: those of them that are not stored.
        tokens: tokens of the texts to encode, as far as the encoder reads them; None where they cannot be counted.
        one_corpus_per_pair_texts: texts that an evaluation encodes which takes each language pair, and the pool, alone.
        seconds: of encoding.
    """

    distinct_texts: int
    to_encode: int
    tokens: int | None
    one_corpus_per_pair_texts: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """For `scores.json`."""
        return asdict(self)

    @property
    def sentence(self) -> str:
        """For a person who waits."""
        tokens = "" if self.tokens is None else f", about {self.tokens:,} tokens"
        stored = self.distinct_texts - self.to_encode
        return (
            f"{self.distinct_texts:,} distinct texts, {stored:,} of them stored, {self.to_encode:,} to encode{tokens}; "
            f"one corpus per language pair would encode {self.one_corpus_per_pair_texts:,}. "
            f"About {self.seconds:,.0f} s."
        )


def preview(
    model: SentenceTransformer,
    collection: Collection,
    *,
    best_section: bool = False,
    store: EmbeddingStore | None = None,
    batch_size: int = 128,
) -> Preview:
    """Estimate from a probe, whose vectors the store keeps.

    Args:
        model: the encoder.
        collection: what will be encoded.
        best_section: whether passages longer than the encoder's window are cut into sections.
        store: what need not be encoded.
        batch_size: texts encoded together.
    """
    passages = collection.passage_texts
    passages = cut_sections(model, passages).texts if best_section else passages
    texts: dict[Role, list[str]] = {"query": collection.query_texts, "passage": passages}
    missing = {role: _missing(model, texts[role], role, store) for role in ROLES}
    seconds = sum(_seconds(model, missing[role], role, store, batch_size) for role in ROLES)
    tokens = [_tokens(model, missing[role], role) for role in ROLES]
    return Preview(
        distinct_texts=sum(len(set(texts[role])) for role in ROLES),
        to_encode=sum(map(len, missing.values())),
        tokens=None if None in tokens else sum(number for number in tokens if number is not None),
        one_corpus_per_pair_texts=one_corpus_per_pair_texts(collection, len(passages)),
        seconds=round(seconds, 1),
    )


def one_corpus_per_pair_texts(collection: Collection, passages: int) -> int:
    """Texts encoded by an evaluation that encodes queries and corpus anew for each language pair and for the pool."""
    queries = len(collection.queries)
    asked, answered = (len(pc.unique(table["language"])) for table in (collection.queries, collection.passages))
    return queries * answered + passages * asked + queries + passages


def sample(texts: Sequence[str], size: int = PROBED) -> list[str]:
    """Texts of all lengths: evenly spaced among the texts from short to long.

    >>> sample(["aaaa", "a", "aaa", "aa", "aaaaa"], 3)
    ['a', 'aaa', 'aaaaa']
    """
    ordered = sorted(texts, key=len)
    places = np.unique(np.linspace(0, len(ordered) - 1, min(size, len(ordered))).round().astype(int))
    return [ordered[place] for place in places]


def _missing(model: SentenceTransformer, texts: Sequence[str], role: Role, store: EmbeddingStore | None) -> list[str]:
    """The distinct texts that are not stored."""
    return list(dict.fromkeys(texts)) if store is None else store.space(space_key(model, role)).missing(texts)


def _seconds(
    model: SentenceTransformer, texts: Sequence[str], role: Role, store: EmbeddingStore | None, batch_size: int
) -> float:
    """Time to encode the texts, in proportion to their characters; the first few only warm the encoder up."""
    probe = sample(texts)
    encode(model, probe[:8], role, batch_size=batch_size)
    started = time.perf_counter()
    vectors = encode(model, probe, role, batch_size=batch_size)
    seconds = time.perf_counter() - started
    # Kept after the clock has stopped: waiting for the disk does not grow with the texts.
    with Writer(None if store is None else store.space(space_key(model, role))) as writer:
        writer.add(probe, vectors)
    return seconds * sum(map(len, texts)) / max(1, sum(map(len, probe)))


def _tokens(model: SentenceTransformer, texts: Sequence[str], role: Role) -> int | None:
    probe = sample(texts)
    read = tokens_read(model, probe, role)
    return None if read is None else round(read * len(texts) / max(1, len(probe)))
