"""Which tables get sparse gradients, and that these are the gradients of the dense table."""

from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer
from torch import nn

from isoglot.errors import RequestError
from isoglot.models.load import load_model
from isoglot.models.static import static_encoder
from isoglot.training.compiling import compile_encoder
from isoglot.training.rowwise import make_rowwise, token_tables

TEXTS = ["river 12", "Fluss", "river river 40 ends", "fleuve 3"]


def gradients(model: SentenceTransformer, chunks: list[list[str]]) -> dict[str, torch.Tensor]:
    model.eval().zero_grad()
    for texts in chunks:
        model(model.preprocess(texts))["sentence_embedding"].square().mul(
            torch.arange(len(texts))[:, None]
        ).sum().backward()
    return {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}


@pytest.mark.parametrize("kind", ["xlm", "static"])
def test_gradients_of_many_chunks_are_the_dense_ones_and_stay_small(kind: str, xlm_roberta: Path) -> None:
    model = static_encoder(TEXTS) if kind == "static" else load_model(str(xlm_roberta))
    chunks = [TEXTS, TEXTS[:2]] * 30
    make_rowwise(model)
    rowwise = gradients(model, chunks)
    make_rowwise(model, rowwise=False)
    dense = gradients(model, chunks)
    (table,) = token_tables(model)
    names = [name for name, gradient in rowwise.items() if gradient.is_sparse]
    assert [model.get_parameter(name) is table.weight for name in names] == [True]
    assert rowwise[names[0]]._nnz() <= len(table.weight) // 8 + 60
    assert rowwise.keys() == dense.keys()
    for name, gradient in dense.items():
        torch.testing.assert_close(rowwise[name].to_dense() if name in names else rowwise[name], gradient)


def test_compiling_takes_every_layer_and_keeps_names(xlm_roberta: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[tuple[nn.Module, dict]] = []
    monkeypatch.setattr(nn.Module, "compile", lambda self, **options: compiled.append((self, options)))
    model = load_model(str(xlm_roberta))
    compile_encoder(model)
    assert compiled == [(layer, {"dynamic": True}) for layer in model[0].model.encoder.layer]


def test_a_model_without_layers_is_not_compiled() -> None:
    with pytest.raises(RequestError, match="StaticEmbedding has no stack"):
        compile_encoder(static_encoder(TEXTS))
