"""Sets of character n-grams: three where the first or the last is Han, kana or Hangul, five where one of them is not.

With five characters for all, one word replaced in a Chinese sentence would end its likeness; with three for all,
questions that an alphabet makes from one template would look alike. No word is looked for, so scripts without spaces
are as good as others. The last character counts as the first does, so that in a text of both kinds too every character
is in an n-gram, and a text that stands in another has none that the other lacks.
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
    starts = _starts(wide, owner, WIDE_GRAM), _starts(~wide, owner, GRAM)
    hashes = _windows(codes, starts[0], WIDE_GRAM), _windows(codes, starts[1], GRAM)
    return np.concatenate(hashes), owner[np.concatenate(starts)]


def _starts(is_kind: NDArray[np.bool_], owner: Integers, length: int) -> Integers:
    """Where so many characters of one text begin of which the first or the last is of a kind."""
    windows = max(len(owner) - length + 1, 0)
    first, last = slice(windows), slice(length - 1, None)
    return np.flatnonzero((is_kind[first] | is_kind[last]) & (owner[first] == owner[last]))


def _windows(codes: NDArray[np.uint32], starts: Integers, length: int) -> NDArray[np.uint64]:
    """The hash of so many characters from each start on."""
    hashes = np.zeros(len(starts), np.uint64)
    for position in range(length):
        hashes = hashes * MULTIPLIER + codes[starts + position]
    return hashes
