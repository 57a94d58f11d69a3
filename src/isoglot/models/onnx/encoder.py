"""A SentenceTransformer whose layers are an export."""

from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from isoglot.errors import IsoglotError
from isoglot.models.onnx.features import INPUTS, OUTPUT, token_features

FILE = "model.onnx"


class OnnxEncoder(nn.Module):
    """The tokenisation of an encoder, and its exported layers in ONNX Runtime.

    Args:
        source: the encoder that was exported; its weights are not used.
        file: the export.
    """

    def __init__(self, source: SentenceTransformer, file: Path) -> None:
        super().__init__()
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        self._session = InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self._sources = (source,)  # in a tuple, so that its weights are not those of this module

    @property
    def tokenizer(self) -> Any:
        """That of the source."""
        return self._sources[0].tokenizer

    @property
    def max_seq_length(self) -> int | None:
        """Tokens of a text that are read."""
        return self._sources[0].max_seq_length

    def get_embedding_dimension(self) -> int:
        """Dimensions of the output."""
        return self._sources[0].get_embedding_dimension()

    def preprocess(self, inputs: list[str], prompt: str | None = None, **_: object) -> dict[str, Tensor]:
        """Token ids and mask of the texts, each after the prompt."""
        return token_features(self._sources[0], inputs, prompt)

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """Add `sentence_embedding`, `[texts, dimensions]`."""
        given = {name: features[name].numpy() for name in INPUTS}
        features[OUTPUT] = torch.from_numpy(self._session.run([OUTPUT], given)[0])
        return features


def open_export(model: SentenceTransformer, folder: Path) -> SentenceTransformer:
    """An encoder whose layers are those exported to a folder, and all else the model's.

    Raises:
        IsoglotError: the folder holds no export that can be read.
    """
    try:
        module = OnnxEncoder(model, folder / FILE)
    except Exception as problem:  # the runtime has errors of its own
        raise IsoglotError(f"the export in {folder} cannot be opened: {problem}; delete that folder.") from problem
    return SentenceTransformer(modules=[module], device="cpu", prompts=model.prompts, truncate_dim=model.truncate_dim)
