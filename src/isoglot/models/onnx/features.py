"""Texts to padded token ids, whatever the encoder; what goes into an export and what comes out."""

from sentence_transformers import SentenceTransformer
from torch import Tensor

from isoglot.errors import IsoglotError
from isoglot.models.use_m3 import UseM3
from isoglot.models.use_m3.padded import padded

INPUTS, OUTPUT = ("input_ids", "attention_mask"), "sentence_embedding"


def token_features(model: SentenceTransformer, texts: list[str], prompt: str | None = None) -> dict[str, Tensor]:
    """`input_ids` and `attention_mask`, int64 `[texts, longest]`, of texts after the prompt.

    Raises:
        IsoglotError: the encoder does not read token ids with a mask.
    """
    features = model[0].preprocess(texts, prompt=prompt)
    if isinstance(model[0], UseM3):
        features = padded(features)
    if missing := [name for name in INPUTS if name not in features]:
        raise IsoglotError(
            f"a model that begins with {type(model[0]).__name__} has no {' and no '.join(missing)} "
            "to export to ONNX; use it without."
        )
    return {name: features[name] for name in INPUTS}
