"""Sets of character n-grams: five characters, or three where the first is Han, kana or Hangul.

With five characters for all, one word replaced in a Chinese sentence would end its likeness; with three for all,
questions that an alphabet makes from one template would look alike. No word is looked for, so scripts without spaces
are as good as others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from isoglot.data.leakage.normalise import WIDE, code_points, widths

GRAM, WIDE_GRAM = 5, 3
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class GramSets:
    """The distinct n-grams of each of some texts, as far as a vocabulary holds them.

    Args:
        text: the text of each entry, ascending.
        gram: its n-gram, a position in the vocabulary.
        size: per text, the number of its distinct n-grams, those outside the vocabulary included.
    """

    text: Integers
    gram: Integers
    size: Integers

    @cached_property
    def inverted(self) -> Integers:
        """`gram * texts + text` of each entry, ascending: the texts of each n-gram, n-gram by n-gram."""
        return np.sort(self.gram * len(self.size) + self.text)


def gram_sets(texts: Sequence[str], vocabulary: pa.Array | None = None) -> tuple[GramSets, pa.Array]:
    """The n-grams of normalised texts in terms of `vocabulary`, or of their own, and that vocabulary: 64-bit hashes."""
    hashes, owner = _hashes(texts)
    encoded = pa.array(hashes).dictionary_encode()
    entries = np.sort(owner * len(encoded.dictionary) + encoded.indices.to_numpy())
    entries = entries[np.diff(entries, prepend=-1) > 0]  # np.unique is several times slower
    text, gram = np.divmod(entries, max(len(encoded.dictionary), 1))
    size = np.bincount(text, minlength=len(texts))
    if vocabulary is None:
        return GramSets(text, gram, size), encoded.dictionary
    known = pc.fill_null(pc.index_in(encoded.dictionary, value_set=vocabulary), -1).to_numpy()[gram].astype(np.int64)
    return GramSets(text[known >= 0], known[known >= 0], size), vocabulary


def _hashes(texts: Sequence[str]) -> tuple[NDArray[np.uint64], Integers]:
    """The hash of every n-gram, repeated ones too, and its text."""
    codes, offsets = code_points(texts)
    owner = np.repeat(np.arange(len(texts)), np.diff(offsets))
    wide = widths(codes) == WIDE
    padded = np.concatenate((codes, np.zeros(GRAM - 1, np.uint32)))
    hashes = np.zeros(len(codes), np.uint64)
    for position in range(GRAM):
        step = hashes * MULTIPLIER + padded[position : position + len(codes)]
        hashes = step if position < WIDE_GRAM else np.where(wide, hashes, step)
    ends = np.arange(len(codes)) + np.where(wide, WIDE_GRAM, GRAM)
    whole = ends <= offsets[1:][owner]
    return hashes[whole], owner[whole]
