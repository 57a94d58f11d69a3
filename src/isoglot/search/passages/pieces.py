"""Sentences of a text in any script, and parts of sentences that are too long, as spans of characters."""

import re
from collections.abc import Iterator

import regex
import sentencex

Span = tuple[int, int]

# Sentence ends that sentencex does not know (Khmer, Tibetan), or not before a digit, with what closes around them.
SENTENCE = re.compile(r"[^។៕།。｡！？]*[។៕།。｡！？]+[”’」』）》】]*|[^។៕།。｡！？]+")
# The time of sentencex grows with the square of the length where full stops have no space after them.
BLOCK = re.compile(r".{1,8000}(?=\s|\Z)|.{1,8000}", re.DOTALL)
CHARACTER = regex.compile(r"\X")
SPACE = re.compile(r"\s")
NO_SPACE = re.compile(r"\S")


def pieces(text: str, language: str | None, longest: int, part: int) -> Iterator[Span]:
    """The sentences of a text, in order, without the white space around them.

    Args:
        text: any text.
        language: BCP-47; tells which full stops end no sentence.
        longest: characters of a sentence; a longer one comes in parts.
        part: characters of such a part. It ends at white space, else at the end of a character as readers see it, and
            inside of one only where the character alone is longer.
    """
    at = 0
    for sentence in _sentences(text, language):
        start, end = stripped(text, at, at + len(sentence))
        at += len(sentence)
        if end - start > longest:
            yield from _parts(text, start, end, part)
        elif start < end:
            yield start, end


def stripped(text: str, start: int, end: int) -> Span:
    """The span without the white space at its ends; empty where it holds nothing else."""
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    return start, start + len(inside.strip())


def _sentences(text: str, language: str | None) -> Iterator[str]:
    """Sentences that joined are the text."""
    code = (language or "en").partition("-")[0]
    for block in BLOCK.findall(text):
        for part in SENTENCE.findall(block):
            yield from sentencex.segment(code, part)


def _parts(text: str, start: int, end: int, longest: int) -> Iterator[Span]:
    while end - start > longest:
        cut = _last_space(text, start, start + longest) or _last_character(text, start, start + longest)
        yield stripped(text, start, cut)
        start = next(NO_SPACE.finditer(text, cut, end)).start()
    yield start, end


def _last_space(text: str, start: int, limit: int) -> int | None:
    """The last white space that is not before the middle, so that parts do not become tiny; `limit` may be one."""
    first = (start + limit) // 2 + 1
    return max((found.start() for found in SPACE.finditer(text, first, limit + 1)), default=None)


def _last_character(text: str, start: int, limit: int) -> int:
    """The last end of a character that is not after `limit`; `limit` where one character is longer."""
    if text[start : limit + 1].isascii():
        return limit
    last = start
    for found in CHARACTER.finditer(text, start, limit + 1):
        if found.end() > limit:
            break
        last = found.end()
    return last if last > start else limit
