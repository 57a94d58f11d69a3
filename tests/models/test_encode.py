"""encode: every distinct text once per role, in the order given."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from isoglot.models.encode import encode
from isoglot.models.load import load_model


class CountingModel:
    """Stands for a SentenceTransformer: a vector tells the text, and every text seen is counted."""

    def __init__(self, **prompts: str) -> None:
        self.prompts, self.seen = prompts, Counter()

    def encode(self, texts: list[str], prompt: str, **_: Any) -> NDArray[np.float32]:
        self.seen.update(prompt + text for text in texts)
        return np.array([[len(prompt + text), hash(prompt + text) % 1000] for text in texts], np.float32)


@given(st.lists(st.text(max_size=3), min_size=1, max_size=30))
def test_every_distinct_text_is_encoded_once_and_the_order_is_kept(texts: list[str]) -> None:
    model = CountingModel(query="q: ")
    found = encode(model, texts, "query")
    assert model.seen == Counter({f"q: {text}" for text in texts})
    np.testing.assert_array_equal(found, CountingModel().encode([f"q: {text}" for text in texts], ""))


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
