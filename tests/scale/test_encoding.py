"""Encoding by workers: the vectors of one process, each text once, whoever dies."""

from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.models.encode import encode, encode_counted, space_key
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


def test_a_killed_worker_loses_nothing_and_what_is_known_is_not_encoded(
    cluster: str, model: SentenceTransformer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isoglot.scale.data.processors", lambda: 2)
    texts, known = [*all_texts(60, LANGUAGES), *all_texts(5, LANGUAGES)], all_texts(8, LANGUAGES)
    marker = tmp_path / "died"
    dying = deadly(model, marker, batches=9)
    here, there = (EmbeddingStore(tmp_path / name) for name in ("here", "there"))
    for store, encoder in ((here, model), (there, dying)):
        space = store.space(space_key(encoder, "passage"))
        space.add(known, encode(model, known, "passage"))

    found = encode_on_ray(dying, texts, "passage", batch_size=4, store=there)
    assert marker.exists()
    expected = encode_counted(model, texts, "passage", batch_size=4, store=here)
    assert (found.encoded, found.found) == (expected.encoded, expected.found) == (len(set(texts)) - 48, 48)
    np.testing.assert_array_equal(found.vectors, expected.vectors)
    stored = stored_texts(there, dying)
    assert len(stored) == len(set(stored)) == len(set(texts))

    again = encode_on_ray(dying, texts, "passage", batch_size=4, store=there)
    assert (again.encoded, again.found) == (0, len(set(texts)))
    np.testing.assert_array_equal(again.vectors, found.vectors)


def test_without_a_store_there_is_no_way_to_hand_vectors_over(cluster: str, model: SentenceTransformer) -> None:
    with pytest.raises(RequestError, match="--no-store"):
        encode_on_ray(model, ["a"], "query")
