"""BM25 against its formula, and words of every script."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.models.lexical import Lexicon, words

ALPHABET = st.lists(st.sampled_from(["red", "house", "blue", "東京", "กา", "дом"]), max_size=8).map(" ".join)


def by_formula(passages: list[str], query: str, k1: float = 0.9, b: float = 0.4) -> list[float]:
    """BM25 as Lucene computes it: idf = ln(1 + (N - n + .5) / (n + .5)), no factor k1 + 1 in the numerator."""
    texts = [words(text) for text in passages]
    mean = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        score = 0.0
        for word in words(query):
            n, f = sum(word in other for other in texts), text.count(word)
            if f:
                idf = math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))
                score += idf * f / (f + k1 * (1 - b + b * len(text) / mean))
        scores.append(score)
    return scores


@settings(max_examples=60, deadline=None)
@given(passages=st.lists(ALPHABET, min_size=1, max_size=6), query=ALPHABET)
def test_scores_are_those_of_the_formula(passages: list[str], query: str) -> None:
    if not any(map(words, passages)):
        passages = [*passages, "red"]
    np.testing.assert_allclose(Lexicon(passages).scores(query), by_formula(passages, query), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" … – !", []),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("لغة عربية", ["لغة", "عربية"]),
        ("ภาษา", ["ภา", "าษ", "ษา"]),
        ("iPhone15はい", ["iphone15", "はい"]),
        ("ﬁne ２０２４", ["fine", "2024"]),
        ("naïve naïve", ["naïve", "naïve"]),
    ],
)
def test_words_of_every_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_query_of_unknown_words_scores_nothing() -> None:
    assert Lexicon(["a", "b"]).scores("z").tolist() == [0, 0]
    assert Lexicon(["", "…"]).scores("z").tolist() == [0, 0]
