"""How encoders take token ids: each form splits the features of some texts into ragged ids, and builds them again."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding, Transformer
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from isoglot.models.use_m3 import UseM3
from isoglot.training.reading.ragged import RaggedIds

# Texts of unlike lengths, with and without one that is cut: what a form cannot build again shows here.
SHORT = ["", "a", "One longer text.\nWith a second line, 42 and ü."]
PROBES = [SHORT, [*SHORT, "word " * 3000]]


class Form(Protocol):
    """Features that hold nothing but the token ids of texts and where these texts begin."""

    def split(self, features: dict[str, Any]) -> RaggedIds:
        """The token ids of every text."""

    def build(self, ragged: RaggedIds) -> dict[str, Any]:
        """What the model's `preprocess` gives for texts of these token ids."""


class WithLengths:
    """`input_ids` of all texts one after the other, and the `lengths` of the texts (`isoglot/use-m3`)."""

    def split(self, features: dict[str, Any]) -> RaggedIds:
        """The token ids of every text."""
        return RaggedIds.of_lengths(features["input_ids"].numpy(), features["lengths"].numpy())

    def build(self, ragged: RaggedIds) -> dict[str, Any]:
        """`input_ids` [tokens] and `lengths` [T]."""
        return {"input_ids": _tensor(ragged.ids), "lengths": _tensor(ragged.lengths)}


class WithOffsets:
    """`input_ids` of all texts one after the other, and the `offsets` where texts begin (static embeddings)."""

    def split(self, features: dict[str, Any]) -> RaggedIds:
        """The token ids of every text."""
        ids, starts = features["input_ids"].numpy(), features["offsets"].numpy()
        return RaggedIds.of_lengths(ids, np.diff(starts, append=len(ids)))

    def build(self, ragged: RaggedIds) -> dict[str, Any]:
        """`input_ids` [tokens] and `offsets` [T]."""
        return {"input_ids": _tensor(ragged.ids), "offsets": _tensor(ragged.ends - ragged.lengths)}


@dataclass(frozen=True)
class Padded:
    """`input_ids` padded to the longest text, with the attention mask (transformers).

    Args:
        pad: the token id of padding.
        left: pad before the text instead of after it.
        token_types: give `token_type_ids`, all 0.
    """

    pad: int
    left: bool
    token_types: bool

    def split(self, features: dict[str, Any]) -> RaggedIds:
        """The token ids of every text."""
        mask = features["attention_mask"].numpy().astype(bool)
        return RaggedIds.of_lengths(features["input_ids"].numpy()[mask], mask.sum(1))

    def build(self, ragged: RaggedIds) -> dict[str, Any]:
        """`input_ids`, `attention_mask` and, where wanted, `token_type_ids`, all [T, longest]."""
        lengths = ragged.lengths[:, None]
        width = int(lengths.max())
        place = np.arange(width)
        mask = place >= width - lengths if self.left else place < lengths
        ids = np.full(mask.shape, self.pad, np.int64)
        ids[mask] = ragged.ids
        features = {"input_ids": _tensor(ids), "attention_mask": _tensor(mask), "modality": "text"}
        return features | ({"token_type_ids": torch.zeros(mask.shape, dtype=torch.int64)} if self.token_types else {})


def form_of(model: SentenceTransformer) -> Form | None:
    """The form of a model's features, None where they are not ragged ids or cannot be built again exactly."""
    form = _expected_form(model)
    if form is None:
        return None
    return form if all(_is_built_again(form, model.preprocess(texts)) for texts in PROBES) else None


def _expected_form(model: SentenceTransformer) -> Form | None:
    first = model[0]
    if type(first) is UseM3:
        return WithLengths()
    if type(first) is StaticEmbedding:
        return WithOffsets()
    tokenizer = first.tokenizer if isinstance(first, Transformer) else None
    if not isinstance(tokenizer, PreTrainedTokenizerBase) or tokenizer.pad_token_id is None:
        return None
    token_types = "token_type_ids" in tokenizer.model_input_names
    return Padded(tokenizer.pad_token_id, tokenizer.padding_side == "left", token_types)


def _is_built_again(form: Form, features: dict[str, Any]) -> bool:
    try:
        return _equal(form.build(form.split(features)), features)
    except (KeyError, ValueError):
        return False


def _equal(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    return ours.keys() == theirs.keys() and all(_same(value, theirs[name]) for name, value in ours.items())


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    return bool(one == other)


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(array.astype(np.int64))
