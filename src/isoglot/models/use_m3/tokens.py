"""Texts to token ids: one flat array over all texts of a batch and one length per text, no padding."""

from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from isoglot.errors import missing_extra

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

THREADS = 2


class FlatTokens(NamedTuple):
    """The tokens of several texts, one text after the other.

    Args:
        ids: token ids, `[tokens]`, int64.
        lengths: tokens of each text, `[texts]`, int64.
    """

    ids: np.ndarray
    lengths: np.ndarray


def load_tokenizer(file: Path) -> "SentencePieceProcessor":
    """Open a SentencePiece model.

    Raises:
        RequestError: `sentencepiece` is not installed.
    """
    if find_spec("sentencepiece") is None:
        raise missing_extra("The model isoglot/use-m3", "use-m3")
    from sentencepiece import SentencePieceProcessor

    return SentencePieceProcessor(model_file=str(file))


def tokenize(tokenizer: "SentencePieceProcessor", texts: list[str], limit: int) -> FlatTokens:
    """Pieces of each text between its begin and end mark, cut to `limit` tokens with the marks."""
    pieces = tokenizer.encode(texts, add_bos=True, add_eos=True, num_threads=THREADS)
    lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
    ids = np.fromiter(chain.from_iterable(pieces), np.int64, int(lengths.sum()))
    return truncate(FlatTokens(ids, lengths), limit)


def truncate(tokens: FlatTokens, limit: int) -> FlatTokens:
    """Keep the first `limit - 1` tokens and the last (the end mark) of every text longer than `limit`.

    >>> truncate(FlatTokens(np.array([1, 7, 8, 9, 2, 1, 6, 2]), np.array([5, 3])), 4)
    FlatTokens(ids=array([1, 7, 8, 2, 1, 6, 2]), lengths=array([4, 3]))
    """
    ends = tokens.lengths.cumsum()
    position = np.arange(len(tokens.ids)) - np.repeat(ends - tokens.lengths, tokens.lengths)
    kept = position < limit - 1
    kept[ends - 1] = True
    return FlatTokens(tokens.ids[kept], np.minimum(tokens.lengths, limit))
