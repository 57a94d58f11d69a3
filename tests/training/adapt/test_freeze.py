"""Frozen layers: which weights they are in each kind of model, and that the others learn as before."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from transformers import (
    AlbertConfig,
    AlbertModel,
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    GPT2Config,
    GPT2Model,
    ModernBertConfig,
    ModernBertModel,
    MPNetConfig,
    MPNetModel,
    PreTrainedModel,
    T5Config,
    T5EncoderModel,
)

from isoglot.errors import RequestError
from isoglot.models.load import load_model
from isoglot.models.static import static_encoder
from isoglot.training.adapt.freeze import freeze_layers, layer_stack, transformer_stack
from isoglot.training.adapt.lora import add_lora
from toys import all_texts

TEXTS = ["which river 37?", "Fluss 74 endet", "fleuve"]
TINY = {"vocab_size": 30, "hidden_size": 8, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 8}


@pytest.fixture
def model(xlm_roberta: Path) -> SentenceTransformer:
    """A plain XLM-R of two layers, without dropout."""
    return load_model(str(xlm_roberta)).eval()


def frozen(model: nn.Module) -> set[str]:
    return {name for name, weight in model.named_parameters() if not weight.requires_grad}


def gradients(model: SentenceTransformer) -> dict[str, Tensor]:
    model.zero_grad()
    vectors = model(model.preprocess(TEXTS))["sentence_embedding"]
    (vectors * torch.linspace(-1, 1, vectors.numel()).view_as(vectors)).sum().backward()
    named = ((name, weight.grad) for name, weight in model.named_parameters())
    return {name: gradient.to_dense().clone() for name, gradient in named if gradient is not None}


def refusal(model: SentenceTransformer, count: int) -> str:
    with pytest.raises(RequestError) as caught:
        freeze_layers(model, count)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_lowest_layer_and_embeddings_are_frozen(model: SentenceTransformer) -> None:
    freeze_layers(model, 1)
    prefixes = ("0.model.embeddings.", "0.model.encoder.layer.0.")
    assert frozen(model) == {name for name, _ in model.named_parameters() if name.startswith(prefixes)}
    assert {"word", "position", "token_type"} == {
        name.split(".")[3].removesuffix("_embeddings") for name in frozen(model) if "_embeddings." in name
    }


def test_the_others_learn_as_without_freezing(model: SentenceTransformer) -> None:
    before = gradients(model)
    freeze_layers(model, 1)
    after = gradients(model)
    assert after.keys() == before.keys() - frozen(model)
    assert all(torch.equal(gradient, before[name]) for name, gradient in after.items())


def test_zero_freezes_nothing_of_any_model(model: SentenceTransformer) -> None:
    for each in (model, static_encoder(all_texts(3, ("en",)))):
        freeze_layers(each, 0)
        assert not frozen(each)


def test_more_layers_than_there_are_is_refused_with_both_numbers(model: SentenceTransformer) -> None:
    message = refusal(model, 3)
    assert "3" in message
    assert "2 layers" in message


def test_freezing_all_there_is_to_learn_is_refused(model: SentenceTransformer) -> None:
    assert "nothing" in refusal(model, 2)


def test_a_head_may_learn_alone(model: SentenceTransformer) -> None:
    model.append(nn.Linear(32, 8))
    freeze_layers(model, 2)
    assert {name for name, _ in model.named_parameters()} - frozen(model) == {
        "0.model.pooler.dense.weight", "0.model.pooler.dense.bias", "3.weight", "3.bias",
    }  # fmt: skip


def test_static_model_has_no_layers() -> None:
    assert "StaticEmbedding" in refusal(static_encoder(all_texts(3, ("en",))), 1)


def test_adapters_of_frozen_layers_are_frozen(model: SentenceTransformer) -> None:
    add_lora(model, 2)
    freeze_layers(model, 1)
    learning = {name for name, _ in model.named_parameters()} - frozen(model)
    assert len(learning) == 12
    assert all(".layer.1." in name and ".lora_" in name for name in learning)


def test_with_adapters_only_freezing_all_layers_is_refused(model: SentenceTransformer) -> None:
    add_lora(model, 2)
    assert "nothing" in refusal(model, 2)


# Each kind of stack, and the prefixes that lie below its first layer and in it, by its source.
STACKS = {
    "bert": (BertModel, BertConfig(**TINY), ["embeddings."], "encoder.layer.{}."),
    "mpnet": (
        MPNetModel, MPNetConfig(**TINY), ["embeddings.", "encoder.relative_attention_bias."], "encoder.layer.{}.",
    ),
    "distilbert": (
        DistilBertModel, DistilBertConfig(vocab_size=30, dim=8, hidden_dim=8, n_layers=3, n_heads=2),
        ["embeddings."], "transformer.layer.{}.",
    ),
    "modernbert": (ModernBertModel, ModernBertConfig(**TINY, pad_token_id=0), ["embeddings."], "layers.{}."),
    "gpt2": (GPT2Model, GPT2Config(vocab_size=30, n_embd=8, n_layer=3, n_head=2), ["wte.", "wpe."], "h.{}."),
    "t5": (
        T5EncoderModel, T5Config(vocab_size=30, d_model=8, d_ff=8, d_kv=4, num_layers=3, num_heads=2),
        ["shared."], "encoder.block.{}.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", STACKS)
def test_stacks_of_other_transformers(kind: str) -> None:
    architecture, config, below, layer = STACKS[kind]
    transformer: PreTrainedModel = architecture(config)
    names = [name for name, _ in transformer.named_parameters()]
    stack = transformer_stack(transformer)
    assert len(stack) == 4
    for part, prefixes in zip(stack, [tuple(below), *(layer.format(i) for i in range(3))], strict=True):
        transformer.requires_grad_(True)
        for module in part:
            module.requires_grad_(False)
        expected = {name for name in names if name.startswith(prefixes)}
        assert expected
        assert frozen(transformer) == expected


def test_shared_layer_is_no_stack() -> None:
    assert transformer_stack(AlbertModel(AlbertConfig(**TINY, embedding_size=4))) == []


@pytest.fixture(scope="module")
def use_m3() -> SentenceTransformer:
    """The embedded encoder."""
    return load_model("isoglot/use-m3")


USE_M3 = [
    ["tokens."],
    ["project.", "project_norm."],
    ["branches.0.first.", "branches.1.first.", "branches.2.first."],
    ["branches.0.second.", "branches.1.second.", "branches.2.second."],
]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_embedded_encoder_has_three_layers(count: int, use_m3: SentenceTransformer) -> None:
    use_m3.requires_grad_(True)
    before = gradients(use_m3)
    freeze_layers(use_m3, count)
    prefixes = tuple(f"0.network.{prefix}" for part in USE_M3[: count + 1] for prefix in part)
    assert frozen(use_m3) == {name for name, _ in use_m3.named_parameters() if name.startswith(prefixes)}
    after = gradients(use_m3)
    assert after.keys() == before.keys() - frozen(use_m3)
    for name, gradient in after.items():
        np.testing.assert_allclose(gradient, before[name], atol=1e-6)


def test_embedded_encoder_has_no_fourth_layer(use_m3: SentenceTransformer) -> None:
    assert "3 layers" in refusal(use_m3, 4)
    assert len(layer_stack(use_m3[0])) == 4
