"""Words of a text in any script."""

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import regex

# Scripts that put no space between words: their letters count as overlapping pairs, as Lucene's CJK analyzer has it.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
TOKEN = regex.compile(rf"(?P<run>[{UNSPACED}][{UNSPACED}\p{{M}}]*)|[\p{{L}}\p{{M}}\p{{N}}--[{UNSPACED}]]+", regex.V1)
CHARACTER = regex.compile(r"\X")


def words(text: str) -> list[str]:
    """The words of a text, case-folded; where a script has no spaces, pairs of neighbouring characters.

    >>> words("Die Größe, 2 m")
    ['die', 'grösse', '2', 'm']
    >>> words("東京都 in Japan")
    ['東京', '京都', 'in', 'japan']
    >>> words("กา")
    ['กา']
    """
    folded = _folded(text)
    return [word for found in TOKEN.finditer(folded) for word in _of_run(found)]


def word_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text, each with where it stands: characters [start, end) of the text as it is.

    >>> list(word_spans("Die Größe"))
    [('die', 0, 3), ('grösse', 4, 9)]
    >>> list(word_spans("東京都"))
    [('東京', 0, 2), ('京都', 1, 3)]
    """
    for found in TOKEN.finditer(text):
        characters = list(CHARACTER.finditer(found[0])) if found["run"] else []
        pairs = [(one.start(), other.end()) for one, other in pairwise(characters)]
        for start, end in pairs or [(0, len(found[0]))]:
            for word in words(found[0][start:end]):
                yield word, found.start() + start, found.start() + end


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _of_run(found: "regex.Match[str]") -> list[str]:
    run = found["run"]
    if run is None:
        return [found[0]]
    characters = CHARACTER.findall(run)
    return [one + other for one, other in pairwise(characters)] or [run]
