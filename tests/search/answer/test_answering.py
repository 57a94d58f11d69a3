"""Fusion, documents, highlights, facets."""

from pathlib import Path

import numpy as np
import pytest

from answer.toys import Toy, make_derived
from isoglot.errors import RequestError
from isoglot.models.lexical import words
from isoglot.search.answering.fusion import fuse
from isoglot.search.answering.highlight import highlight, telling_words
from isoglot.search.derived.facets import value_text


def test_fusion_by_hand() -> None:
    rows, scores = fuse([np.array([5, 3, 8]), np.array([8, 5])])
    assert rows.tolist() == [3, 5, 8]
    np.testing.assert_allclose(scores, [1 / 62, 1 / 61 + 1 / 62, 1 / 63 + 1 / 61], rtol=1e-6)
    assert fuse([np.array([], np.int64)])[0].tolist() == []


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("Harbour of KIEL", "Kiel's harbour", ["Kiel", "harbour"]),
        ("ما هي اللغة العربية", "تُكتب اللغة العربية من اليمين", ["اللغة", "العربية"]),
        ("東京都の人口", "人口は東京都で最大", ["人口", "東京都"]),
        ("ภาษาไทย", "พูดภาษาไทยได้", ["ภาษาไทย"]),
        ("café", "Cafe\u0301 noir", ["Cafe\u0301"]),
        ("हिन्दी", "वह हिन्दी बोलता है", ["हिन्दी"]),
        ("２０２４年", "2024 年", ["2024", "年"]),
        ("Straße", "die STRASSE", ["STRASSE"]),
        ("nothing", "of it", []),
    ],
)
def test_words_of_a_question_are_marked_in_every_script(question: str, text: str, marked: list[str]) -> None:
    assert [text[span.start : span.end] for span in highlight(set(words(question)), text)] == marked


def test_words_that_tell_little_are_not_marked() -> None:
    found = {"the": 900, "harbour": 9}
    # ln(1001 / 900) is .1 and ln(1001 / 9) is 4.7; a word that no passage has cannot be marked
    assert telling_words("the harbour qwx", "und", 1000, lambda word: found.get(word, 0)) == {"harbour"}
    assert telling_words("the", "und", 1000, lambda word: found.get(word, 0)) == {"the"}
    assert telling_words("…", "und", 1000, lambda word: found.get(word, 0)) == set()


def test_stop_words_of_the_question_are_not_marked_however_rare() -> None:
    def once(_: str) -> int:
        return 1

    assert telling_words("When was the lighthouse built?", "en-GB", 5, once) == {"lighthouse", "built"}
    assert telling_words("Wann wird der Turm gebaut?", "de", 5, once) == {"wann", "turm", "gebaut"}
    assert telling_words("What is the hat?", "de", 5, once) == {"what", "is", "the"}  # "hat" is one in German
    assert telling_words("什么灯塔", "zh", 5, once) == {"么灯", "灯塔"}
    assert telling_words("who are you", "en", 5, once) == {"who", "are", "you"}


def test_masks_of_facets(tmp_path: Path) -> None:
    toys = [
        Toy("en", [1, 0], source="a.txt", metadata={"year": 2024, "author": "Ana"}),
        Toy("en", [1, 0], source="b.txt", metadata={"year": "2024", "open": True}),
        Toy("de", [1, 0], source="b.txt", metadata={"year": 2023.5, "tags": ["x"], "author": None}),
    ]
    derived = make_derived(tmp_path, toys, 2)
    sources = [derived.passages([row])[0]["source"] for row in range(3)]
    facets = derived.facets

    def rows(column: str, *values: str | float | bool) -> list[bool]:
        mask = facets.mask({column: values})
        assert mask is not None
        return mask.tolist()

    assert [block.language for block in derived.blocks] == ["de", "en"]
    assert sources == ["b.txt", "a.txt", "b.txt"]
    assert rows("year", 2024) == rows("year", "2024") == [False, True, True]
    assert rows("year", 2024, 2023.5) == [True, True, True]
    assert rows("open", True) == [False, False, True]
    assert rows("author", "Ana") == [False, True, False]
    assert rows("author", "Bo") == [False, False, False]
    assert facets.mask({"year": (2024,), "source": ("b.txt",)}).tolist() == [False, False, True]  # type: ignore[union-attr]
    assert facets.mask({}) is None
    assert facets.most_frequent()["year"] == ("2024", "2023.5")
    assert facets.sources == 2
    assert sorted(facets.codes) == ["author", "open", "source", "year"]
    with pytest.raises(RequestError, match="no column 'yaer'; did you mean 'year'"):
        facets.mask({"yaer": (1,)})
    with pytest.raises(RequestError, match=r"no source 'b\.text'; did you mean 'b\.txt'"):
        facets.mask({"source": ("b.text",)})


@pytest.mark.parametrize(("value", "text"), [(1, "1"), (1.0, "1"), (1.5, "1.5"), (False, "false"), ("é", "é")])
def test_values_as_filters_compare_them(value: str | float, text: str) -> None:
    assert value_text(value) == text
