"""The form in which texts are compared: NFKC, case folded, without white space, punctuation and control characters."""

import sys
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

DROPPED, MARK, NARROW, WIDE = -1, 0, 1, 2


def normalise(texts: Sequence[str]) -> list[str]:
    """Each text in the form in which it is compared; what holds nothing but punctuation stays as it is.

    Combining marks stay, for Thai and Hindi write their vowels with them.

    >>> normalise(["The ＮＩＬＥ, the Nile!", "น้ำ 5", "?!"])
    ['thenilethenile', 'น้ํา5', '?!']
    """
    folded = [unicodedata.normalize("NFKC", text).casefold() for text in texts]
    codes, offsets = code_points(folded)
    kept = widths(codes) != DROPPED
    starts = np.concatenate(([0], np.cumsum(kept)))[offsets]
    joined = codes[kept].tobytes().decode("utf-32-le")
    return [joined[start:end] or text for (start, end), text in zip(pairwise(starts.tolist()), texts, strict=True)]


def code_points(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """All characters of all texts, one text after another, and the (texts + 1) offsets at which the texts begin."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
    return codes, np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))


def columns(texts: Sequence[str]) -> NDArray[np.int64]:
    """Terminal columns of each text: a measure of length that is fair to Chinese.

    A Han character, a kana or a Hangul syllable takes two and a combining mark none.

    >>> columns(["river", "河流", "น้ำ"]).tolist()
    [5, 4, 2]
    """
    codes, offsets = code_points(texts)
    summed = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.maximum(widths(codes), 0), dtype=np.int64)))
    return np.diff(summed[offsets])


def widths(codes: NDArray[np.uint32]) -> NDArray[np.int8]:
    """DROPPED, MARK, NARROW or WIDE of each code point."""
    seen = np.zeros(sys.maxunicode + 1, bool)
    seen[codes] = True
    table = np.zeros(len(seen), np.int8)
    table[seen] = [_width(chr(code)) for code in np.flatnonzero(seen)]
    return table[codes]


@cache
def _width(character: str) -> int:
    category = unicodedata.category(character)
    if category[0] in "PZ" or category in ("Cc", "Cf"):
        return DROPPED
    if category in ("Mn", "Me"):
        return MARK
    return WIDE if unicodedata.east_asian_width(character) in "WF" else NARROW
