"""encode: every distinct text once per role, in the order given, and none that the store knows."""

import math
import pickle
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError
from isoglot.models import encode as encode_module
from isoglot.models.encode import encode, encode_counted
from isoglot.models.load import load_model
from isoglot.models.roles import Role
from isoglot.models.static import static_encoder
from isoglot.models.store import EmbeddingStore
from toys import all_texts


class CountingModel:
    """Stands for a SentenceTransformer: a unit vector tells the text, and every text seen is counted."""

    def __init__(self, **prompts: str) -> None:
        self.prompts, self.seen = prompts, Counter()

    def encode(self, texts: list[str], prompt: str, **_: Any) -> NDArray[np.float32]:
        self.seen.update(prompt + text for text in texts)
        return np.array([self.vector(prompt + text) for text in texts], np.float32)

    @staticmethod
    def vector(text: str) -> tuple[float, float]:
        angle = zlib.crc32(text.encode()) / 2**32
        return math.cos(angle), math.sin(angle)


@given(st.lists(st.text(max_size=3), min_size=1, max_size=30))
def test_every_distinct_text_is_encoded_once_and_the_order_is_kept(texts: list[str]) -> None:
    model = CountingModel(query="q: ")
    found = encode(model, texts, "query")
    assert model.seen == Counter({f"q: {text}" for text in texts})
    np.testing.assert_allclose(found, [CountingModel.vector(f"q: {text}") for text in texts], atol=1e-7)


@given(st.lists(st.text(max_size=3), min_size=1, max_size=10))
def test_one_text_in_two_roles_is_encoded_once_for_each(texts: list[str]) -> None:
    model = CountingModel(query="q: ", document="d: ")
    encode(model, texts, "query")
    encode(model, texts, "passage")
    assert set(model.seen.values()) == {1}
    assert len(model.seen) == 2 * len(set(texts))


def test_roles_differ_where_prompts_differ_and_agree_where_they_agree(xlm_roberta: Path) -> None:
    texts = ["which river 37?", "Fluss 74"]
    with_prompts, without = (
        load_model(str(xlm_roberta)),
        load_model(str(xlm_roberta), query_prompt="", passage_prompt=""),
    )
    assert np.abs(encode(with_prompts, texts, "query") - encode(with_prompts, texts, "passage")).max() > 1e-3
    np.testing.assert_array_equal(encode(without, texts, "query"), encode(without, texts, "passage"))


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_batches_do_not_change_vectors(xlm_roberta: Path, batch_size: int) -> None:
    model, texts = load_model(str(xlm_roberta)), ["river", "Fluss 37 ends in de1 and so on", "x", "ποταμός 37"]
    found = encode(model, texts, "passage", batch_size=batch_size)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(found, np.vstack([encode(model, [text], "passage") for text in texts]), atol=1e-6)


def test_encoding_leaves_dropout_off_during_training_mode(xlm_roberta: Path) -> None:
    model = load_model(str(xlm_roberta)).train()
    np.testing.assert_array_equal(encode(model, ["river 37"], "query"), encode(model, ["river 37"], "query"))


def test_vectors_have_length_one_in_float32_whatever_the_precision_of_the_model(xlm_roberta: Path) -> None:
    vectors = encode(load_model(str(xlm_roberta)).bfloat16(), ["river", "Fluss 37"], "query")
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_no_text_is_no_vector(xlm_roberta: Path, store: EmbeddingStore) -> None:
    model = load_model(str(xlm_roberta))
    for given_store in (None, store):
        result = encode_counted(model, [], "query", store=given_store)
        assert (result.vectors.shape, result.encoded, result.found) == ((0, 32), 0, 0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 0.0])
def test_a_text_without_a_direction_is_one_sentence_and_is_not_stored(bad: float, store: EmbeddingStore) -> None:
    texts = ["good", *["also good"] * 3, "bad " + "x" * 90, "bad again"]
    model = static_encoder(texts)

    def vectors(batch: list[str], **_: Any) -> NDArray[np.float32]:
        return np.array([[bad, bad] if "bad" in text else [3.0, 4.0] for text in batch], np.float32)

    model.encode = vectors
    with pytest.raises(IsoglotError) as caught:
        encode(model, texts, "query", batch_size=1, store=store)
    assert str(caught.value).startswith("the vector of text 4 ('bad xxx")
    assert len(str(caught.value)) < 160
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # as it comes from another process
    result = encode_counted(model, texts[:4], "query", batch_size=1, store=store)
    np.testing.assert_array_equal(result.vectors, np.array([[0.6, 0.8]] * 4, np.float32))
    with pytest.raises(IsoglotError, match=r"^the vector of text 0 \('bad again'\) is zero or not finite"):
        encode(model, ["bad again"], "query", store=store)


def test_long_vectors_do_not_overflow() -> None:
    model = CountingModel()
    model.encode = lambda batch, **_: np.array([[3e38, 3e38]] * len(batch), np.float32)
    np.testing.assert_allclose(encode(model, ["a"], "query"), [[math.sqrt(0.5)] * 2], atol=1e-7)


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    return EmbeddingStore(tmp_path / "store", "toy")


TEXTS = all_texts(20, ("en", "de", "el"))


def encoded_of(model: SentenceTransformer, texts: list[str], role: Role, store: EmbeddingStore) -> list[str]:
    """The texts that the model itself encodes."""
    seen: list[str] = []
    whole = model.encode
    model.encode = lambda batch, **options: seen.extend(batch) or whole(batch, **options)
    result = encode_counted(model, texts, role, store=store)
    model.encode = whole
    assert (result.encoded, result.found) == (len(seen), len(set(texts)) - len(seen))
    np.testing.assert_allclose(result.vectors, encode(model, texts, role), atol=1e-6)
    return seen


def test_a_second_encoding_encodes_nothing_and_gives_the_same_bits(xlm_roberta: Path, store: EmbeddingStore) -> None:
    texts = [*TEXTS, *reversed(TEXTS), TEXTS[3]]
    without = encode(load_model(str(xlm_roberta)), texts, "passage")
    first = encode_counted(load_model(str(xlm_roberta)), texts, "passage", store=store)
    model = load_model(str(xlm_roberta))
    model.encode = None
    second = encode_counted(model, texts, "passage", store=store)
    assert (first.encoded, first.found) == (second.found, second.encoded) == (len(set(texts)), 0)
    assert first.vectors.tobytes() == second.vectors.tobytes() == without.tobytes()


def test_only_new_texts_are_encoded(xlm_roberta: Path, store: EmbeddingStore) -> None:
    model = load_model(str(xlm_roberta))
    assert set(encoded_of(model, TEXTS[:50], "query", store)) == set(TEXTS[:50])
    assert set(encoded_of(model, TEXTS, "query", store)) == set(TEXTS) - set(TEXTS[:50])
    assert encoded_of(model, TEXTS[::-1], "query", store) == []


def with_another_weight(folder: str) -> SentenceTransformer:
    model = load_model(folder)
    model.state_dict()["0.model.embeddings.word_embeddings.weight"][50, 3] += 1e-6
    return model


ANOTHER_KEY: dict[str, tuple[Callable[[str], SentenceTransformer], Role]] = {
    "weights": (with_another_weight, "query"),
    "pooling": (lambda folder: load_model(folder, pooling="cls"), "query"),
    "precision": (lambda folder: load_model(folder).bfloat16(), "query"),
    "role": (lambda folder: load_model(folder, passage_prompt="Query: "), "passage"),
    "prompt": (lambda folder: load_model(folder, query_prompt="Query:"), "query"),
    "maximum length": (lambda folder: load_model(folder, max_length=63), "query"),
}


@pytest.mark.parametrize(("load", "role"), ANOTHER_KEY.values(), ids=ANOTHER_KEY)
def test_changing_one_field_of_the_key_finds_nothing(
    xlm_roberta: Path, store: EmbeddingStore, load: Callable[[str], SentenceTransformer], role: Role
) -> None:
    encode(load_model(str(xlm_roberta)), TEXTS, "query", store=store)
    other = load(str(xlm_roberta))
    result = encode_counted(other, TEXTS, role, store=store)
    assert (result.encoded, result.found) == (len(set(TEXTS)), 0)
    assert result.vectors.tobytes() == encode(other, TEXTS, role).tobytes()
    assert encode_counted(load_model(str(xlm_roberta)), TEXTS, "query", store=store).encoded == 0


@pytest.mark.parametrize("text", ["river 37 ", " river 37", "River 37", "river 3７", "river", ""])
def test_changing_the_text_finds_nothing(xlm_roberta: Path, store: EmbeddingStore, text: str) -> None:
    model = load_model(str(xlm_roberta))
    encode(model, ["river 37"], "query", store=store)
    result = encode_counted(model, [text], "query", store=store)
    assert (result.encoded, result.found) == (1, 0)


def test_an_interrupted_encoding_goes_on_where_it_stopped(store: EmbeddingStore) -> None:
    texts = [f"{'x' * (number % 7)} {number}" for number in range(50)]
    model, calls = static_encoder(texts), 0
    whole = model.encode

    def interrupted(batch: list[str], **options: Any) -> NDArray[np.float32]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return whole(batch, **options)

    model.encode = interrupted
    with pytest.raises(KeyboardInterrupt):
        encode(model, texts, "query", batch_size=1, store=store)
    model.encode = whole
    result = encode_counted(model, texts, "query", batch_size=1, store=store)
    assert (result.encoded, result.found) == (50 - 2 * encode_module.PIECE_BATCHES, 2 * encode_module.PIECE_BATCHES)
    np.testing.assert_array_equal(result.vectors, encode(model, texts, "query"))


def test_many_repeated_texts_are_copied_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode_module, "COPIED", 3)
    texts = ["a", "b", *["c", "a", "b", "b"] * 5]
    expected = [CountingModel.vector(text) for text in texts]
    np.testing.assert_allclose(encode(CountingModel(), texts, "query"), expected, atol=1e-7)


def test_a_store_that_cannot_be_written_gives_a_warning_and_the_vectors(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    model = static_encoder(TEXTS)
    with pytest.warns(RuntimeWarning, match="Vectors are not stored in"):
        vectors = encode(model, TEXTS, "query", store=EmbeddingStore(tmp_path / "file"))
    np.testing.assert_array_equal(vectors, encode(model, TEXTS, "query"))


@pytest.mark.parametrize("progress", [True, False])
def test_the_bar_shows_texts_done_and_rate_on_standard_error_when_asked(
    capsys: pytest.CaptureFixture[str], store: EmbeddingStore, progress: bool
) -> None:
    model = static_encoder(TEXTS)
    encode(model, TEXTS, "passage", batch_size=2, progress=progress, store=store)
    encode(model, TEXTS, "passage", batch_size=2, progress=progress, store=store)
    out, err = capsys.readouterr()
    count = len(set(TEXTS))
    assert out == ""
    assert err.count(f"{count}/{count}") == progress
    assert ("texts/s" in err) == progress
