"""Sections: a passage longer than the encoder's window, cut into stretches that each fit it.

Scoring a passage by its best section is localised relevance matching (Litschko et al., arXiv 2112.11031), an
alternative to reading only its beginning. What is cut is the passage text that would be encoded, its title in front;
the title therefore stands in the first section alone, as a repeated one would make all sections of a passage more
alike.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.models.roles import Role, prompt_of
from isoglot.models.token_ends import Encoded, TokenCounter

# A relevant stretch of up to a quarter of the window stands whole in one section; a third more tokens are encoded.
OVERLAP = 0.25
# A cut looks for a word in the last quarter of the window: sections stay near full where words are rare.
SEARCHED = 0.25
WORD_START = re.compile(r"(?<=\s)\S")
JOINER = "\u200d"


@dataclass(frozen=True)
class Sections:
    """Sections of several texts, in order.

    Args:
        texts: the S sections.
        passage: row of the text that each section is cut from, ascending, int64 [S].
    """

    texts: list[str]
    passage: NDArray[np.int64]


def cut_sections(
    model: SentenceTransformer, texts: Sequence[str], *, role: Role = "passage", overlap: float = OVERLAP
) -> Sections:
    """Cut texts so that the model reads every section whole.

    A text that fits is its only section, unchanged. The sections of a longer one are substrings that follow each other,
    share about `overlap` of a window with the next, and together cover the text. They begin at words where white space
    tells words, and between a character and its combining marks only where nothing else is left.

    Args:
        model: the encoder; one that reads texts whole gives every text as one section.
        texts: N texts.
        role: decides the prompt, which takes its part of the window.
        overlap: share of the window that neighbours have in common, 0 to 0.5.

    Returns:
        The sections; every text has at least one.

    Raises:
        RequestError: `overlap` is out of range, or the window has no room for a piece of a text.
        IsoglotError: the model's tokenizer is of a kind that cannot be asked where tokens end.
    """
    if not 0 <= overlap <= 0.5:
        raise RequestError(f"overlap is {overlap}; give a share of the window from 0 to 0.5.")
    window = model.max_seq_length
    if window in (None, math.inf):
        return Sections(list(texts), np.arange(len(texts)))
    tokens = TokenCounter(model, prompt_of(model, role))
    parts = [
        [text] if len(encoding) <= window else _cut(tokens, text, encoding, window, overlap)
        for text, encoding in zip(texts, tokens.encodings(texts), strict=True)
    ]
    passage = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return Sections([section for part in parts for section in part], passage)


def _cut(tokens: TokenCounter, text: str, encoding: Encoded, window: int, overlap: float) -> list[str]:
    """Sections of one text. A section can have more tokens than it had within the text; then all become shorter."""
    ends = tokens.ends(text, encoding)
    places = _Places(text, ends)
    room = window - (len(encoding) - len(ends))
    while room > 0:
        sections = [text[start:end] for start, end in places.spans(room, overlap)]
        excess = max(tokens.counts(sections)) - window
        if excess <= 0:
            return sections
        room -= excess
    raise RequestError(
        f"a window of {window} tokens has no room for {text[:20]!r} after the prompt; give a longer one."
    )


class _Places:
    """The places where a text may be cut: its start, end, words, ends of tokens, and the next character after those.

    Args:
        text: the text.
        ends: character position where each token ends, ascending, int64 [tokens].
    """

    def __init__(self, text: str, ends: NDArray[np.int64]) -> None:
        is_word = np.zeros(len(text) + 1, bool)
        is_word[[match.start() for match in WORD_START.finditer(text)] + [len(text)]] = True
        is_whole = ~_inside_characters(text)
        next_whole = np.minimum.accumulate(np.where(is_whole, np.arange(len(text) + 1), len(text))[::-1])[::-1]
        is_place = is_word.copy()
        is_place[ends] = is_place[next_whole[ends]] = is_place[0] = True
        self.at = np.flatnonzero(is_place)
        self.is_word, self.is_whole = is_word[self.at], is_whole[self.at]
        self.tokens = np.searchsorted(ends, self.at, side="right")

    def spans(self, room: int, overlap: float) -> Iterator[tuple[int, int]]:
        """Start and end of sections of at most `room` tokens each, as long as a section has the tokens of the text."""
        start = end = 0
        while end < len(self.at) - 1:
            limit = self.tokens[start] + room
            end = self._best(end, max(end, self._last(limit - SEARCHED * room)), self._last(limit))
            yield int(self.at[start]), int(self.at[end])
            limit = self.tokens[end] - overlap * room
            low = max(start, self._last(limit - SEARCHED * room))
            start = self._best(low, low, min(end, self._last(limit)))
            start = start if self.is_whole[start] else end  # rather no overlap than half a character

    def _last(self, tokens: float) -> int:
        """The last place with at most that many tokens before it."""
        return int(np.searchsorted(self.tokens, tokens, side="right")) - 1

    def _best(self, floor: int, low: int, high: int) -> int:
        """The last word in (low, high], else the last place between characters in (floor, high], else `high`.

        Where `high` is not above `low` it is the next place, so that there always is one.
        """
        low = min(low, len(self.at) - 2)
        high = max(high, low + 1)
        for wanted, above in ((self.is_word, low), (self.is_whole, floor)):
            found = np.flatnonzero(wanted[above + 1 : high + 1])
            if len(found):
                return above + 1 + int(found[-1])
        return high


def _inside_characters(text: str) -> NDArray[np.bool_]:
    """Where a cut parts a combining mark, or what a zero-width joiner joins, from what is before; bool [length + 1]."""
    inside = np.zeros(len(text) + 1, bool)
    if not text.isascii():
        joiner = np.fromiter((character == JOINER for character in text), bool, len(text))
        mark = np.fromiter((kind[0] == "M" for kind in map(unicodedata.category, text)), bool, len(text))
        inside[:-1] = mark | joiner
        inside[1:-1] |= joiner[:-1]
    return inside
