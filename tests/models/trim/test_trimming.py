"""Trimmed models give covered texts the same vectors, and untrimmed ones what was learnt."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.encode import encode
from isoglot.models.load import load_model
from isoglot.models.roles import ROLES, Role
from isoglot.models.trim import trim, trimming, untrim
from isoglot.models.trim.covered import kept_ids
from isoglot.models.trim.find import token_table
from models.trim.conftest import xlm_roberta
from models.trim.languages import texts_of, unigram

LONG = " ".join([*texts_of("el")[:2], *texts_of("ru")])
COVERED: dict[Role, list[str]] = {"query": texts_of("en")[:30], "passage": [*texts_of("el")[:30], LONG, "ጤና"]}
OTHERS = [*texts_of("zh")[:5], *texts_of("en")[30:40], *texts_of("th")[:5], "☃"]


def vectors(model: SentenceTransformer) -> NDArray[np.float32]:
    return np.concatenate([encode(model, COVERED[role], role) for role in ROLES])


def test_covered_texts_keep_their_vectors_also_when_saved(whole: Path, tmp_path: Path) -> None:
    model = load_model(str(whole))
    expected, limit = vectors(model), model.max_seq_length
    trimmed = trim(model, COVERED)
    assert model.max_seq_length == limit
    np.testing.assert_array_equal(vectors(model), expected)
    model.save_pretrained(str(tmp_path))
    np.testing.assert_array_equal(vectors(load_model(str(tmp_path))), expected)
    plain = SentenceTransformer(str(tmp_path), trust_remote_code=True)  # code of ours, of use-m3 only
    np.testing.assert_array_equal(vectors(plain), expected)
    assert plain.max_seq_length == limit
    assert trimmed.after.tokens < trimmed.before.tokens * 0.7


def test_sizes_are_those_of_the_models(whole: Path, tmp_path: Path) -> None:
    model = load_model(str(whole))
    trimmed = trim(model, COVERED)
    model.save_pretrained(str(tmp_path))
    for folder, size in ((whole, trimmed.before), (tmp_path, trimmed.after)):
        again = load_model(str(folder))
        assert size.parameters == sum(weight.numel() for weight in again.parameters())
        assert size.tokens == len(token_table(again).embedding.weight)
        files = [file for file in folder.iterdir() if file.name in ("model.safetensors", "tokenizer.json", "sp.model")]
        assert size.bytes == pytest.approx(sum(file.stat().st_size for file in files), rel=0.5)
    saved = trimmed.before.tokens - trimmed.after.tokens
    width = token_table(model).embedding.embedding_dim
    assert trimmed.before.parameters - trimmed.after.parameters == saved * width


def test_other_texts_are_still_read(whole: Path) -> None:
    model = load_model(str(whole))
    trim(model, COVERED)
    for role in ROLES:
        found = encode(model, OTHERS, role)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_what_a_longer_maximum_length_shows_is_covered(whole: Path) -> None:
    model, again = load_model(str(whole)), load_model(str(whole))
    trim(model, COVERED)
    if "Static" not in type(model[0]).__name__:
        model.max_seq_length = again.max_seq_length = 60
    for role in ROLES:
        np.testing.assert_array_equal(encode(model, [LONG], "passage"), encode(again, [LONG], "passage"), role)


def learn(model: SentenceTransformer) -> None:
    """Change every weight."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator), alpha=0.1 * weight.std().item())


def test_what_a_trimmed_model_learnt_goes_into_the_whole_one(whole: Path, tmp_path: Path) -> None:
    model, start = load_model(str(whole)), load_model(str(whole))
    before = token_table(start).embedding.weight.detach().clone()
    trim(model, COVERED)
    learn(model)
    expected = vectors(model)
    kept = {token: token_table(model).embedding.weight[row] for token, row in token_table(model).vocabulary.ids.items()}
    kept = {token: row.detach().clone() for token, row in kept.items()}
    model.save_pretrained(str(tmp_path / "trained"))
    trained = load_model(str(tmp_path / "trained"))
    assert untrim(trained, start) == len(kept)
    np.testing.assert_array_equal(vectors(trained), expected)
    trained.save_pretrained(str(tmp_path / "untrimmed"))
    table = token_table(load_model(str(tmp_path / "untrimmed")))
    for token, row in table.vocabulary.ids.items():
        assert torch.equal(table.embedding.weight[row], kept.get(token, before[row])), token
    assert torch.equal(token_table(start).embedding.weight, before)


def test_untrimming_what_learnt_nothing_gives_the_whole_model(whole: Path) -> None:
    model, start = load_model(str(whole)), load_model(str(whole))
    trim(model, COVERED)
    untrim(model, start)
    expected, found = start.state_dict(), model.state_dict()
    assert expected.keys() == found.keys()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in found.items())
    assert token_table(model).vocabulary.content == token_table(start).vocabulary.content
    for first, second in zip(model.modules(), start.modules(), strict=True):
        assert first.extra_repr() == second.extra_repr()
    if hasattr(model[0], "model"):
        assert model[0].model.config.to_dict() == start[0].model.config.to_dict()
    np.testing.assert_array_equal(encode(model, OTHERS, "query"), encode(start, OTHERS, "query"))


def test_vocabulary_stays_small_when_trimmed_again(whole: Path) -> None:
    model = load_model(str(whole))
    once = trim(model, COVERED)
    again = trim(model, COVERED)
    assert again.before.tokens == again.after.tokens == once.after.tokens


def test_roberta_whose_padding_token_stands_far_behind_keeps_its_positions(tmp_path: Path) -> None:
    backend = unigram()
    backend.add_special_tokens(["<pad>"])
    model = xlm_roberta(tmp_path / "plain", backend, padding=9)
    expected = vectors(model)
    trim(model, COVERED)
    assert model[0].model.config.pad_token_id == 9
    np.testing.assert_array_equal(vectors(model), expected)
    model.save_pretrained(str(tmp_path / "trimmed"))
    np.testing.assert_array_equal(vectors(load_model(str(tmp_path / "trimmed"))), expected)


def test_configuration_names_the_new_ids(tmp_path: Path) -> None:
    model = xlm_roberta(tmp_path, unigram())
    config, mask = model[0].model.config, model.tokenizer.mask_token_id
    config.mask_token_id, config.sep_token_id, config.cls_token_id = mask, [2, mask], 10_000
    trimmed = trim(model, COVERED)
    new = model.tokenizer.mask_token_id
    assert new == trimmed.after.tokens - 1
    assert (config.mask_token_id, config.sep_token_id, config.cls_token_id) == (new, [2, new], None)
    assert config.vocab_size == trimmed.after.tokens


def test_vectors_that_change_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = xlm_roberta(tmp_path, unigram())
    monkeypatch.setattr(
        trimming, "kept_ids", lambda *given: [row for row in kept_ids(*given) if row not in range(9, 99)]
    )
    with pytest.raises(IsoglotError, match="covered texts would change their vectors"):
        trim(model, COVERED)


def test_models_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    small, other = xlm_roberta(tmp_path, unigram()), xlm_roberta(tmp_path, unigram())
    backend = unigram()
    backend.add_tokens(["of-another-model"])
    with pytest.raises(RequestError, match="has no token 'of-another-model'"):
        untrim(xlm_roberta(tmp_path, backend), small)
    table = token_table(other).embedding
    table.weight, table.embedding_dim = torch.nn.Parameter(table.weight[:, :16].clone()), 16
    with pytest.raises(RequestError, match="32 dimensions in one model and 16 in the other"):
        untrim(small, other)
