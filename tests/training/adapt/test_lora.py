"""Adapters: the equation of the paper, what learns, and the ordinary model that is left in the end."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from peft import LoraConfig, inject_adapter_in_model
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Transformer
from torch import Tensor, nn
from transformers import AlbertConfig, AlbertModel, BertConfig, BertModel

from isoglot.errors import RequestError
from isoglot.models.fingerprint import fingerprint
from isoglot.models.load import load_model
from isoglot.models.static import static_encoder
from isoglot.training.adapt import lora
from isoglot.training.adapt.lora import AdaptedTransformer, add_lora, linear_layers, merge_lora
from toys import all_texts

TEXTS = ["which river 37?", "Fluss 74 endet", "fleuve"]
PARTS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
         "intermediate.dense", "output.dense")  # fmt: skip
LINEAR = [f"0.model.encoder.layer.{layer}.{part}" for layer in range(2) for part in PARTS]


@pytest.fixture
def fresh(xlm_roberta: Path) -> Callable[[], SentenceTransformer]:
    """Loads the plain XLM-R; its unread pooler is the same each time."""

    def load() -> SentenceTransformer:
        torch.manual_seed(3)
        return load_model(str(xlm_roberta)).eval()

    return load


@pytest.fixture
def adapted(fresh: Callable[[], SentenceTransformer]) -> SentenceTransformer:
    """XLM-R with adapters of rank 3 that do something."""
    model = fresh()
    add_lora(model, 3)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.1)
    return model


def adapters(model: SentenceTransformer) -> dict[str, tuple[Tensor, Tensor]]:
    """A and B of every adapted layer."""
    weights = dict(model.named_parameters())
    return {name: (weights[f"{name}.lora_A.default.weight"], weights[f"{name}.lora_B.default.weight"])
            for name in LINEAR}  # fmt: skip


def by_the_equation(adapted: SentenceTransformer, fresh: Callable[[], SentenceTransformer]) -> SentenceTransformer:
    """The plain model with `W + B A` in the place of every W."""
    model = fresh()
    weights = dict(model.named_parameters())
    with torch.no_grad():
        for name, (a, b) in adapters(adapted).items():
            weights[f"{name}.weight"] += b @ a
    return model


def backward(model: SentenceTransformer) -> dict[str, Tensor | None]:
    vectors = model(model.preprocess(TEXTS))["sentence_embedding"]
    (vectors * torch.linspace(-1, 1, vectors.numel()).view_as(vectors)).sum().backward()
    return {name: weight.grad for name, weight in model.named_parameters()}


def test_vectors_are_at_first_those_of_the_model_as_it_was(fresh: Callable[[], SentenceTransformer]) -> None:
    model = fresh()
    before = model.encode(TEXTS)
    add_lora(model, 4)
    assert np.array_equal(model.encode(TEXTS), before)


@pytest.mark.parametrize("rank", [1, 5, 40])
def test_only_adapters_of_the_linear_layers_learn(rank: int, fresh: Callable[[], SentenceTransformer]) -> None:
    model = fresh()
    shapes = {name: weight.shape for name, weight in model.named_parameters()}
    add_lora(model, rank)
    learning = {name: weight.shape for name, weight in model.named_parameters() if weight.requires_grad}
    expected = {f"{name}.lora_A.default.weight": (rank, shapes[f"{name}.weight"][1]) for name in LINEAR}
    expected |= {f"{name}.lora_B.default.weight": (shapes[f"{name}.weight"][0], rank) for name in LINEAR}
    assert learning == expected


@pytest.mark.parametrize(("output", "read"), [("token_embeddings", False), ("sentence_embedding", True)])
def test_pooler_is_adapted_where_it_is_read(output: str, read: bool) -> None:
    """ALBERT's pooler is a linear layer, BERT's holds one."""
    tiny = {"vocab_size": 30, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    for transformer, name in (
        (BertModel(BertConfig(**tiny)), "pooler.dense"),
        (AlbertModel(AlbertConfig(**tiny, embedding_size=4)), "pooler"),
    ):
        names = linear_layers(SimpleNamespace(model=transformer, module_output_name=output))
        assert (name in names) == read
        assert len(names) >= 6


def test_a_head_is_frozen_with_the_rest(fresh: Callable[[], SentenceTransformer]) -> None:
    model = fresh()
    model.append(nn.Linear(32, 8))
    add_lora(model, 2)
    assert not any(weight.requires_grad for weight in model[3].parameters())


def test_adapted_layers_compute_the_equation(
    adapted: SentenceTransformer, fresh: Callable[[], SentenceTransformer]
) -> None:
    vectors = by_the_equation(adapted, fresh).encode(TEXTS)
    np.testing.assert_allclose(adapted.encode(TEXTS), vectors, atol=1e-6)
    assert np.abs(vectors - fresh().encode(TEXTS)).max() > 1e-2


def test_gradients_follow_from_those_of_the_whole_weights(
    adapted: SentenceTransformer, fresh: Callable[[], SentenceTransformer]
) -> None:
    """By the chain rule, dB = dW A' and dA = B' dW."""
    whole, found = backward(by_the_equation(adapted, fresh)), backward(adapted)
    for name, (a, b) in adapters(adapted).items():
        gradient = whole[f"{name}.weight"]
        torch.testing.assert_close(b.grad, gradient @ a.T, atol=1e-6, rtol=1e-4)
        torch.testing.assert_close(a.grad, b.T @ gradient, atol=1e-6, rtol=1e-4)
    assert all(gradient is None for name, gradient in found.items() if ".lora_" not in name)


def test_merged_model_is_an_ordinary_one(
    adapted: SentenceTransformer, fresh: Callable[[], SentenceTransformer]
) -> None:
    expected, vectors = by_the_equation(adapted, fresh), adapted.encode(TEXTS)
    merge_lora(adapted)
    assert type(adapted[0]) is Transformer
    assert [(n, type(m)) for n, m in adapted.named_modules()] == [(n, type(m)) for n, m in expected.named_modules()]
    torch.testing.assert_close(dict(adapted.state_dict()), dict(expected.state_dict()))
    np.testing.assert_allclose(adapted.encode(TEXTS), vectors, atol=1e-6)


def test_merging_leaves_other_models_alone(fresh: Callable[[], SentenceTransformer]) -> None:
    model = fresh()
    before = fingerprint(model)
    merge_lora(model)
    assert fingerprint(model) == before


def test_merged_model_is_the_same_when_it_is_opened_again(adapted: SentenceTransformer, tmp_path: Path) -> None:
    merge_lora(adapted)
    adapted.save_pretrained(str(tmp_path / "merged"))
    for opened in (load_model(str(tmp_path / "merged")), SentenceTransformer(str(tmp_path / "merged"))):
        assert np.array_equal(opened.encode(TEXTS), adapted.encode(TEXTS))
        assert fingerprint(opened) == fingerprint(adapted)
    assert not list((tmp_path / "merged").rglob("adapter*"))


def test_fingerprint_sees_every_adapter(adapted: SentenceTransformer) -> None:
    seen = {fingerprint(adapted)}
    for a, b in list(adapters(adapted).values())[:2]:
        for weight in (a, b):
            with torch.no_grad():
                weight[0, 0] += 1
            seen.add(fingerprint(adapted))
    assert len(seen) == 5


def test_checkpoint_holds_weights_and_adapters(adapted: SentenceTransformer, tmp_path: Path) -> None:
    """Written and read as the trainer does."""
    adapted.save_pretrained(str(tmp_path))
    kinds = {f"{AdaptedTransformer.__module__}.{AdaptedTransformer.__qualname__}": AdaptedTransformer}
    read = SentenceTransformer._load_with_module_classes(str(tmp_path), kinds)
    expected, found = adapted.state_dict(), read.state_dict()
    assert found.keys() == expected.keys()
    assert [name for name in found if not torch.equal(found[name], expected[name])] == []
    assert np.array_equal(read.encode(TEXTS), adapted.encode(TEXTS))


@pytest.mark.parametrize("kind", ["static", "use-m3"])
def test_model_without_a_transformer_is_refused(kind: str) -> None:
    model = static_encoder(all_texts(3, ("en",))) if kind == "static" else load_model("isoglot/use-m3")
    with pytest.raises(RequestError, match=r"lora rank is 4, .*(StaticEmbedding, Normalize|UseM3).* no transformer"):
        add_lora(model, 4)
    assert all(weight.requires_grad for weight in model.parameters())


def test_model_with_adapters_of_its_own_is_refused(fresh: Callable[[], SentenceTransformer]) -> None:
    model = fresh()
    inject_adapter_in_model(LoraConfig(r=2, target_modules=["query"]), model[0].model)
    with pytest.raises(RequestError, match="adapters already"):
        add_lora(model, 4)


def test_missing_extra_is_named(fresh: Callable[[], SentenceTransformer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lora, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"pip install 'isoglot\[lora\]'"):
        add_lora(fresh(), 4)
