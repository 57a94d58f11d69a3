"""Loading encoders: what a plain transformers folder gets, what a saved model keeps, and every way to fail."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import AutoModel, AutoTokenizer

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.encode import encode
from isoglot.models.load import load_model
from isoglot.models.roles import prompt_of

TEXTS = ["which river 37?", "ποταμός 74 ends in el2", "Fluss 37 ends in de1 and goes on for a while"]


def pooled_by_hand(folder: Path, texts: list[str], pooling: str) -> np.ndarray:
    """Unit vectors from transformers alone, one text at a time."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    rows = []
    for text in texts:
        with torch.no_grad():
            states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        vector = {"mean": states.mean(0), "cls": states[0], "max": states.max(0).values, "lasttoken": states[-1]}[
            pooling
        ]
        rows.append((vector / vector.norm()).numpy())
    return np.array(rows)


@pytest.mark.parametrize("pooling", ["mean", "cls", "max", "lasttoken"])
def test_plain_folder_gets_the_pooling_asked_for_and_the_papers_prompts(xlm_roberta: Path, pooling: str) -> None:
    model = load_model(str(xlm_roberta), pooling=pooling)
    assert (prompt_of(model, "query"), prompt_of(model, "passage")) == ("Query: ", "Passage: ")
    for role, prompt in (("query", "Query: "), ("passage", "Passage: ")):
        expected = pooled_by_hand(xlm_roberta, [prompt + text for text in TEXTS], pooling)
        np.testing.assert_allclose(encode(model, TEXTS, role), expected, atol=2e-6)


def test_plain_model_has_unit_length_without_being_asked(xlm_roberta: Path) -> None:
    vectors = load_model(str(xlm_roberta)).encode(TEXTS, prompt="")
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_prompts_are_replaced_one_by_one_and_taken_away_by_the_empty_string(xlm_roberta: Path) -> None:
    model = load_model(str(xlm_roberta), query_prompt="ask: ")
    assert (prompt_of(model, "query"), prompt_of(model, "passage")) == ("ask: ", "Passage: ")
    bare = load_model(str(xlm_roberta), query_prompt="", passage_prompt="")
    for role in ("query", "passage"):
        np.testing.assert_allclose(encode(bare, TEXTS, role), pooled_by_hand(xlm_roberta, TEXTS, "mean"), atol=2e-6)


def test_saved_model_opens_in_plain_sentence_transformers_with_equal_vectors(xlm_roberta: Path, tmp_path: Path) -> None:
    model = load_model(str(xlm_roberta), pooling="cls", passage_prompt="text: ")
    model.save_pretrained(str(tmp_path / "saved"))
    plain, again = SentenceTransformer(str(tmp_path / "saved")), load_model(str(tmp_path / "saved"))
    np.testing.assert_allclose(plain.encode_query(TEXTS), encode(model, TEXTS, "query"), atol=2e-7)
    np.testing.assert_allclose(plain.encode_document(TEXTS), encode(model, TEXTS, "passage"), atol=2e-7)
    np.testing.assert_array_equal(encode(again, TEXTS, "passage"), encode(model, TEXTS, "passage"))


def test_prompt_taken_away_stays_away_when_saved(xlm_roberta: Path, tmp_path: Path) -> None:
    load_model(str(xlm_roberta), query_prompt="").save_pretrained(str(tmp_path / "saved"))
    again = load_model(str(tmp_path / "saved"))
    assert (prompt_of(again, "query"), prompt_of(again, "passage")) == ("", "Passage: ")


def save_foreign_model(xlm_roberta: Path, folder: Path, prompts: dict[str, str]) -> Path:
    """A model that someone else made: max pooling, no unit length, prompts under the names given."""
    transformer = Transformer(str(xlm_roberta))
    pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode="max")
    SentenceTransformer(modules=[transformer, pooling], prompts=prompts).save_pretrained(str(folder))
    return folder


@pytest.mark.parametrize("passage_name", ["document", "passage"])
def test_saved_model_keeps_its_prompts_and_pooling(xlm_roberta: Path, tmp_path: Path, passage_name: str) -> None:
    folder = save_foreign_model(xlm_roberta, tmp_path / "other", {"query": "q> ", passage_name: "p> "})
    model = load_model(str(folder), pooling="cls")
    assert (prompt_of(model, "query"), prompt_of(model, "passage")) == ("q> ", "p> ")
    expected = pooled_by_hand(xlm_roberta, ["p> " + text for text in TEXTS], "max")
    np.testing.assert_allclose(encode(model, TEXTS, "passage"), expected, atol=2e-6)


def test_passage_prompt_of_an_older_model_can_be_taken_away(xlm_roberta: Path, tmp_path: Path) -> None:
    folder = save_foreign_model(xlm_roberta, tmp_path / "other", {"query": "q> ", "passage": "p> "})
    assert prompt_of(load_model(str(folder), passage_prompt=""), "passage") == ""


def test_default_prompt_of_a_model_never_leaks_into_a_role_without_prompt(xlm_roberta: Path, tmp_path: Path) -> None:
    folder = save_foreign_model(xlm_roberta, tmp_path / "other", {"chat": "chat> "})
    settings = json.loads((folder / "config_sentence_transformers.json").read_text())
    (folder / "config_sentence_transformers.json").write_text(json.dumps({**settings, "default_prompt_name": "chat"}))
    vectors = encode(load_model(str(folder)), TEXTS, "query")
    np.testing.assert_allclose(vectors, pooled_by_hand(xlm_roberta, TEXTS, "max"), atol=2e-6)


def test_max_length_counts_special_tokens(xlm_roberta: Path) -> None:
    model = load_model(str(xlm_roberta), max_length=5)
    assert model.preprocess(["river " * 30])["input_ids"].shape == (1, 5)


def test_max_length_beyond_the_positions_is_a_wrong_request(xlm_roberta: Path) -> None:
    """66 positions, of which the first is behind that of the padding, 1."""
    text = "river " * 100
    assert load_model(str(xlm_roberta), max_length=64).encode([text]).shape == (1, 32)
    assert "positions for 64 tokens" in str(fails(str(xlm_roberta), max_length=65))


def fails(name: str, **options: object) -> IsoglotError:
    with pytest.raises(IsoglotError) as caught:
        load_model(name, **options)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    return caught.value


def test_unknown_embedded_name_suggests_the_nearest() -> None:
    error = fails("isoglot/statik")
    assert isinstance(error, RequestError)
    assert "did you mean 'isoglot/static'?" in str(error)


@pytest.mark.parametrize("name", ["/no/such/folder", "./no-such-folder", "../no-such-folder", "no/such/folder", "~/m"])
def test_missing_path_is_a_wrong_request(name: str) -> None:
    error = fails(name)
    assert isinstance(error, RequestError)
    assert name in str(error)


def test_folder_without_a_model_is_a_wrong_request(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    error = fails(str(tmp_path))
    assert isinstance(error, RequestError)
    assert "modules.json" in str(error)


def test_unknown_pooling_suggests_the_nearest(xlm_roberta: Path) -> None:
    error = fails(str(xlm_roberta), pooling="maen")
    assert isinstance(error, RequestError)
    assert "did you mean 'mean'?" in str(error)


def test_max_length_below_one_is_a_wrong_request(xlm_roberta: Path) -> None:
    assert isinstance(fails(str(xlm_roberta), max_length=0), RequestError)


@pytest.mark.parametrize("broken", ["config.json", "model.safetensors", "tokenizer.json"])
def test_damaged_folder_is_one_sentence(xlm_roberta: Path, tmp_path: Path, broken: str) -> None:
    for path in xlm_roberta.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / broken).write_bytes(b"{ not what it should be")
    error = fails(str(tmp_path))
    assert error.exit_code == 1
    assert str(tmp_path) in str(error)


@pytest.mark.parametrize("offline", [True, False])
def test_hub_model_without_network_is_one_sentence_soon(monkeypatch: pytest.MonkeyPatch, offline: bool) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", offline)
    monkeypatch.setattr("socket.getaddrinfo", no_network)
    started = time.monotonic()
    error = fails("somebody/some-model")
    assert time.monotonic() - started < 5
    assert error.exit_code == 1
    assert "'somebody/some-model'" in str(error)


def no_network(*_: object, **__: object) -> None:
    raise OSError("no network in this test")
