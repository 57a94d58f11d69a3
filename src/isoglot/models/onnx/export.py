"""An encoder's layers, from token ids to vectors, as a file that ONNX Runtime reads."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from torch.export import Dim

from isoglot.errors import IsoglotError
from isoglot.models.onnx.encoder import FILE
from isoglot.models.onnx.features import INPUTS, OUTPUT, token_features
from isoglot.models.use_m3 import UseM3
from isoglot.models.use_m3.padded import PaddedNetwork

# Two texts of unlike length: what is 1 or always equal would be taken for fixed.
EXAMPLE = ["a", "a, b, c and d"]


class Layers(nn.Module):
    """All layers of an encoder as one function of token ids and mask."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        first, *others = model
        layers = [PaddedNetwork(first.network) if isinstance(first, UseM3) else first, *others]
        self.layers = nn.ModuleList(layers)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Vectors `[texts, dimensions]` from int64 `[texts, longest]`, both."""
        features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
        for layer in self.layers:
            features = layer(features)
        return features[OUTPUT]


def export(model: SentenceTransformer, folder: Path) -> None:
    """Write `model.onnx`, and its weights beside it.

    Args:
        model: an encoder on the CPU.
        folder: where to write; it exists.

    Raises:
        IsoglotError: the encoder does not read token ids with a mask, or has layers that cannot be exported.
    """
    try:
        with _quietly(), torch.no_grad():
            _program(model.eval()).save(folder / FILE, external_data=True)
    except IsoglotError:
        raise
    except Exception as problem:  # tracing runs the model's own code
        raise IsoglotError(f"the model cannot be exported to ONNX: {_reason(problem)}; use it without.") from problem


def _program(model: SentenceTransformer) -> torch.onnx.ONNXProgram:
    example = token_features(model, EXAMPLE)
    shape = {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}
    program = torch.onnx.export(
        Layers(model),
        tuple(example[name] for name in INPUTS),
        input_names=INPUTS,
        output_names=[OUTPUT],
        dynamic_shapes=(shape, shape),
        dynamo=True,
        verbose=False,
    )
    assert program is not None  # it is None only for the older exporter
    return program


def _reason(problem: Exception) -> str:
    lines = str(problem.__cause__ or problem).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(problem).__name__


@contextmanager
def _quietly() -> Iterator[None]:
    """Without what the exporter tells about itself."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logger.setLevel(level)
