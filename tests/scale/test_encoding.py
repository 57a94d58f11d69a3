"""Encoding by workers: the vectors of one process, each text once, whoever dies."""

from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.models.encode import encode, space_key
from isoglot.models.store import EmbeddingStore
from isoglot.models.store.segments import read_segments
from toys import all_texts

pytest.importorskip("isoglot.scale.cluster", reason="needs the extra scale: Ray is not installed", exc_type=ImportError)

from isoglot.scale.encoding import encode_on_ray
from scale.deaths import deadly

LANGUAGES = ("en", "de", "fr")


def stored_texts(store: EmbeddingStore, model: SentenceTransformer) -> list[bytes]:
    folder = store.space(space_key(model, "passage")).folder
    return [text for segment in read_segments(folder) for text in segment.rows["text"].tolist()]


def test_a_killed_worker_loses_nothing(cluster: str, model: SentenceTransformer, tmp_path: Path) -> None:
    texts = [*all_texts(60, LANGUAGES), *all_texts(5, LANGUAGES)]
    store, marker = EmbeddingStore(tmp_path / "store"), tmp_path / "died"
    dying = deadly(model, marker, batches=9)
    found = encode_on_ray(dying, texts, "passage", batch_size=4, store=store)
    assert marker.exists()
    assert (found.encoded, found.found) == (len(set(texts)), 0)
    np.testing.assert_array_equal(found.vectors, encode(model, texts, "passage", batch_size=4))
    stored = stored_texts(store, dying)
    assert len(stored) == len(set(stored)) == len(set(texts))


def test_a_second_run_encodes_only_what_is_missing(cluster: str, model: SentenceTransformer, tmp_path: Path) -> None:
    texts, store = all_texts(20, LANGUAGES), EmbeddingStore(tmp_path / "store")
    known = encode(model, texts[:50], "passage", store=store)
    found = encode_on_ray(model, texts, "passage", store=store)
    assert (found.encoded, found.found) == (len(texts) - 50, 50)
    np.testing.assert_array_equal(found.vectors[:50], known)
    again = encode_on_ray(model, texts, "passage", store=store)
    assert (again.encoded, again.found) == (0, len(texts))
    np.testing.assert_array_equal(again.vectors, found.vectors)


def test_without_a_store_there_is_no_way_to_hand_vectors_over(cluster: str, model: SentenceTransformer) -> None:
    with pytest.raises(RequestError, match="--no-store"):
        encode_on_ray(model, ["a"], "query")
