"""The words of a question in a passage, in any script."""

import math
from collections.abc import Callable, Iterable

from isoglot.models.lexical import word_spans, words
from isoglot.search.answering.stop_words import stop_words
from isoglot.search.response import Span

# A word that tells this much less than the question's most telling one is not worth a mark.
TELLING = 1 / 3


def telling_words(question: str, language: str, passages: int, passages_with: Callable[[str], int]) -> set[str]:
    """The words of a question that tell passages apart: no stop words, and of high inverse document frequency.

    Frequencies alone do not do: in a small index, or beside many languages, "the" is rare too.

    Args:
        question: its text; where all its words are stop words, they count as others do.
        language: of the question, whose stop words are left out.
        passages: in the index.
        passages_with: how many of them have a word.

    >>> found = {"wo": 3, "ist": 2, "der": 900, "hafen": 9, "kiel": 2}
    >>> sorted(telling_words("Wo ist der Hafen Kiel?", "de", 1000, found.__getitem__))
    ['hafen', 'kiel']
    """
    asked = set(words(question))
    found = {word: number for word in asked - stop_words(language) or asked if (number := passages_with(word))}
    weights = {word: math.log((passages + 1) / number) for word, number in found.items()}
    enough = TELLING * max(weights.values(), default=0.0)
    return {word for word, weight in weights.items() if weight >= enough}


def highlight(wanted: set[str], text: str) -> tuple[Span, ...]:
    """Where words stand in a text; words that touch, such as pairs of characters, are one span.

    Args:
        wanted: words as `models.lexical.words` gives them.
        text: a passage.

    >>> highlight({"東京", "京都"}, "今日の東京都")
    (Span(start=3, end=6),)
    """
    return tuple(_joined((start, end) for word, start, end in word_spans(text) if word in wanted))


def _joined(spans: Iterable[tuple[int, int]]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1].end:
            joined[-1] = Span(start=joined[-1].start, end=max(end, joined[-1].end))
        else:
            joined.append(Span(start=start, end=end))
    return joined
