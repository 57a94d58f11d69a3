"""Tokens of a text as an encoder sees it: how many there are, and where in the text each of them ends."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from tokenizers import Encoding
from transformers import PreTrainedTokenizerBase

from isoglot.errors import IsoglotError

BATCH_TEXTS = 1000
Encoded = Encoding | list[int]


class TokenCounter:
    """Counts the tokens of texts behind a prompt, and finds where they end, without truncation.

    Args:
        model: the encoder.
        prompt: the text put before every text.

    Raises:
        IsoglotError: its tokenizer is neither one of transformers nor a SentencePiece model.
    """

    def __init__(self, model: SentenceTransformer, prompt: str) -> None:
        self.tokenizer: Any = getattr(model, "tokenizer", None)
        self.prompt = prompt
        self.is_transformers = isinstance(self.tokenizer, PreTrainedTokenizerBase)
        kind = type(self.tokenizer).__name__
        if not self.is_transformers and kind != "SentencePieceProcessor":
            raise IsoglotError(
                f"texts cannot be cut for a model with a tokenizer of type {kind}; use truncation instead."
            )

    def counts(self, texts: Sequence[str]) -> Iterator[int]:
        """Tokens of each text with the prompt and the special tokens."""
        return map(len, self.encodings(texts))

    def encodings(self, texts: Sequence[str]) -> Iterator[Encoded]:
        """What each text becomes behind the prompt, with special tokens; its `len()` is the number of tokens."""
        for first in range(0, len(texts), BATCH_TEXTS):
            yield from self._encoded([self.prompt + text for text in texts[first : first + BATCH_TEXTS]])

    def _encoded(self, texts: list[str]) -> Sequence[Encoded]:
        if not self.is_transformers:
            return self.tokenizer.encode(texts, add_bos=True, add_eos=True)
        encoded = self.tokenizer(texts, truncation=False, padding=False, verbose=False)
        return encoded.encodings or encoded["input_ids"]

    def ends(self, text: str, encoding: Encoded) -> NDArray[np.int64]:
        """Where each token of the text itself ends, ascending, int64 [tokens].

        Exact where the tokenizer gives offsets; else as if each piece took its share of the text by its length.
        """
        if not isinstance(encoding, Encoding):
            split = self.tokenizer.tokenize if self.is_transformers else self.tokenizer.encode_as_pieces
            return _by_length(split(text), len(text))
        offsets = np.fromiter((end for _, end in encoding.offsets), np.int64, len(encoding)) - len(self.prompt)
        return np.maximum.accumulate(offsets[offsets > 0])  # special tokens and the prompt end before the text starts


def _by_length(pieces: list[str], length: int) -> NDArray[np.int64]:
    ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64)
    return ends * length // max(ends[-1:].sum(), 1)
