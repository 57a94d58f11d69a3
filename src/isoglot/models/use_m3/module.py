"""The embedded encoder as the one module of a sentence-transformers model."""

from pathlib import Path
from typing import Any, Self

import torch
from sentence_transformers.base.modules.input_module import InputModule
from torch import Tensor, nn

from isoglot.errors import RequestError
from isoglot.models.use_m3.network import SENTENCE, TOKEN, Network
from isoglot.models.use_m3.tokens import load_tokenizer, tokenize
from isoglot.models.use_m3.weights import published_state, resource_folder

TOKENIZER_FILE = "sp.model"


class UseM3(InputModule):
    """Multilingual universal sentence encoder v3 (Yang et al. 2020, arXiv 1907.04307), CNN variant.

    Features are `input_ids`, the token ids of all texts one after the other (int64), and `lengths`, the number of
    tokens of each text; there is no padding. The output is one unit vector of 512 dimensions per text.

    Args:
        tokenizer_file: the SentencePiece model.
        max_seq_length: tokens kept of a text, its begin and end marks included; a longer text loses its last pieces
            and keeps its end mark.

    Raises:
        RequestError: `max_seq_length` leaves no room for a piece, or `sentencepiece` is not installed.
    """

    config_keys = ["max_seq_length"]  # noqa: RUF012 (the base class declares it as a list)

    def __init__(self, tokenizer_file: Path, max_seq_length: int = 256) -> None:
        super().__init__()
        self.tokenizer = load_tokenizer(tokenizer_file)
        self.max_seq_length = max_seq_length
        self.network = Network()

    @classmethod
    def pretrained(cls, max_seq_length: int = 256) -> Self:
        """The published encoder, from the package of the extra `use-m3`.

        Raises:
            RequestError: the extra is not installed.
        """
        folder = resource_folder()
        state = {f"network.{name}": value for name, value in published_state(folder / "weights.npz").items()}
        return cls._from_state(state, folder / TOKENIZER_FILE, max_seq_length)

    @classmethod
    def load(
        cls,
        model_name_or_path: str,
        subfolder: str = "",
        token: bool | str | None = None,
        cache_folder: str | None = None,
        revision: str | None = None,
        local_files_only: bool = False,
        **_: object,
    ) -> Self:
        """Read what `save` wrote; the arguments are those of `sentence_transformers.base.modules.Module.load`."""
        source: dict[str, Any] = {
            "model_name_or_path": model_name_or_path,
            "subfolder": subfolder,
            "token": token,
            "cache_folder": cache_folder,
            "revision": revision,
            "local_files_only": local_files_only,
        }
        tokenizer_file = cls.load_file_path(filename=TOKENIZER_FILE, **source)
        if tokenizer_file is None:
            raise RequestError(f"{model_name_or_path!r} has no {TOKENIZER_FILE}; name a folder that was saved whole.")
        return cls._from_state(cls.load_torch_weights(**source), Path(tokenizer_file), **cls.load_config(**source))

    @classmethod
    def _from_state(cls, state: dict[str, Tensor], tokenizer_file: Path, max_seq_length: int) -> Self:
        with torch.device("meta"):
            module = cls(tokenizer_file, max_seq_length)
            module.network.tokens = nn.Embedding(len(state["network.tokens.weight"]), TOKEN, sparse=True)
        module.to_empty(device="cpu").load_state_dict(state)
        return module

    def save(self, output_path: str, *_: object, safe_serialization: bool = True, **__: object) -> None:
        """Write weights, configuration and tokenizer into the folder `output_path`."""
        self.save_torch_weights(output_path, safe_serialization=safe_serialization)
        self.save_config(output_path)
        (Path(output_path) / TOKENIZER_FILE).write_bytes(self.tokenizer.serialized_model_proto())

    @property
    def max_seq_length(self) -> int:
        """Tokens kept of a text, with both marks; at least 3."""
        return self._max_seq_length

    @max_seq_length.setter
    def max_seq_length(self, value: int) -> None:
        if value < 3:
            raise RequestError(f"max_seq_length is {value}; give at least 3, as two tokens mark begin and end.")
        self._max_seq_length = value

    def get_embedding_dimension(self) -> int:
        """Dimensions of the output, 512."""
        return SENTENCE

    def preprocess(self, inputs: list[str], prompt: str | None = None, **_: object) -> dict[str, Tensor]:
        """Features of the texts, each after the prompt."""
        texts = self._prepend_prompt(inputs, prompt) if prompt else list(inputs)
        tokens = tokenize(self.tokenizer, texts, self.max_seq_length)
        return {"input_ids": torch.from_numpy(tokens.ids), "lengths": torch.from_numpy(tokens.lengths)}

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """Add `sentence_embedding`, unit vectors `[texts, 512]`."""
        features["sentence_embedding"] = self.network(features["input_ids"], features["lengths"])
        return features
