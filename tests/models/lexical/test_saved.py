"""A lexicon that was saved answers as before, and words know where they stand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoglot.models.lexical import Lexicon, word_spans, words

PASSAGES = ["the café is red", "красный дом", "東京都 café", "", "café café"]


def test_a_saved_lexicon_scores_as_before(tmp_path: Path) -> None:
    made = Lexicon(PASSAGES)
    made.save(tmp_path / "lexicon")
    read = Lexicon.load(tmp_path / "lexicon")
    for query in ("café", "ДОМ 京都", "nothing of it", ""):
        assert read.scores(query).tolist() == made.scores(query).tolist()
    assert [read.passages_with(word) for word in ("café", "京都", "absent")] == [3, 1, 0]


def test_a_lexicon_without_words_can_be_saved(tmp_path: Path) -> None:
    Lexicon(["…", ""]).save(tmp_path)
    read = Lexicon.load(tmp_path)
    assert read.scores("a").tolist() == [0, 0]
    assert read.passages_with("a") == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("لغة عربية", [("لغة", 0, 3), ("عربية", 4, 9)]),
        ("ภาษา", [("ภา", 0, 2), ("าษ", 1, 3), ("ษา", 2, 4)]),
        ("cafe\u0301!", [("café", 0, 5)]),
        ("２０２４年", [("2024", 0, 4), ("年", 4, 5)]),
        ("हिन्दी", [("हिन्दी", 0, 6)]),
        ("…", []),
    ],
)
def test_spans_of_every_script(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert list(word_spans(text)) == expected


@given(st.lists(st.sampled_from(["Red", "東京都", "กาล", "ДОМ", " ", ", ", "naïve", "हिन्दी", "ع"])).map("".join))
def test_words_with_spans_are_the_words(text: str) -> None:
    assert [word for word, _, _ in word_spans(text)] == words(text)
