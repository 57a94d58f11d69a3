"""isoglot/static: the same texts and seed give the same encoder, in every script."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.models.encode import encode
from isoglot.models.load import load_model
from isoglot.models.static import static_encoder, train_tokenizer
from toys import all_texts

TEXTS = all_texts(40, ("en", "el", "th"))


def test_same_seed_gives_the_same_encoder_and_another_seed_another() -> None:
    first, again, other = (static_encoder(TEXTS, seed) for seed in (0, 0, 1))
    torch.manual_seed(99)
    after_other_draws = static_encoder(TEXTS, 0)
    vectors = [model[0].embedding.weight for model in (first, again, after_other_draws)]
    assert torch.equal(vectors[0], vectors[1])
    assert torch.equal(vectors[0], vectors[2])
    assert not torch.equal(vectors[0], other[0].embedding.weight)


def test_repeated_texts_do_not_change_the_tokenizer() -> None:
    assert train_tokenizer(TEXTS).to_str() == train_tokenizer(TEXTS + TEXTS[:50]).to_str()


@pytest.mark.parametrize("text", ["ποταμός 37", "แม่น้ำ 37 ends", "river"])
def test_every_script_of_the_texts_has_tokens_of_its_own(text: str) -> None:
    assert "<unk>" not in train_tokenizer(TEXTS).encode(text).tokens


def test_no_token_spans_two_words() -> None:
    for text in TEXTS:
        tokens = train_tokenizer(TEXTS[:60]).encode(text).tokens
        assert not [token for token in tokens if "▁" in token[1:]]


def test_letters_never_seen_and_empty_text_give_finite_vectors() -> None:
    vectors = static_encoder(TEXTS).encode(["", "漢字", " \n"])
    assert np.isfinite(vectors).all()


def test_needs_texts() -> None:
    with pytest.raises(RequestError, match="isoglot/static trains its tokenizer"):
        load_model("isoglot/static")


def test_saved_model_opens_in_plain_sentence_transformers(tmp_path: Path) -> None:
    model = load_model("isoglot/static", texts=lambda: TEXTS, query_prompt="ask: ")
    model.save_pretrained(str(tmp_path / "saved"))
    plain = SentenceTransformer(str(tmp_path / "saved"))
    np.testing.assert_allclose(plain.encode_query(TEXTS), encode(model, TEXTS, "query"), atol=2e-7)
    np.testing.assert_allclose(plain.encode_document(TEXTS), encode(model, TEXTS, "passage"), atol=2e-7)


def test_length_limit_is_refused_where_none_can_be_kept() -> None:
    with pytest.raises(RequestError, match="8"):
        load_model("isoglot/static", texts=lambda: TEXTS, max_length=8)
