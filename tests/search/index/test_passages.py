"""What cutting into passages promises, for texts of every script."""

from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.search.passages import passage_spans
from isoglot.search.passages.cut import OVERLAP

SENTENCES = {
    "en": "Dr. Smith lives by the river. ",
    "th": "แม่น้ำเจ้าพระยาไหลผ่านกรุงเทพมหานคร ",
    "zh": "长江是亚洲最长的河流。",
    "ja": "利根川は関東を流れる川です。",
    "km": "ទន្លេមេគង្គជាទន្លេដ៏វែង។ ",
    "ar": "النيل أطول الأنهار في العالم. ",
    "hi": "गंगा भारत की नदी है। ",
    "bo": "ཆུ་བོ་རིང་པོ། ",
}
ALPHABET = st.one_of(
    st.characters(codec="utf-8"), st.sampled_from(" \n\r\t\x1c\u3000.!?。។।a"), st.sampled_from("ำ่ี้์ា្ក👩‍👦🇫🇷́")
)
TEXTS = st.one_of(
    st.text(ALPHABET, max_size=300), st.lists(st.sampled_from(list(SENTENCES.values())), max_size=20).map("".join)
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[int]]:
    text = draw(TEXTS)
    places = st.sets(st.integers(1, max(1, len(text) - 1)), max_size=4)
    return text, sorted(place for place in draw(places) if place < len(text))


@settings(max_examples=150, deadline=None)
@given(documents(), st.sampled_from([*SENTENCES, None, "xx"]), st.integers(1, 120))
def test_passages_cover_the_text_in_order_within_sections_and_bound(
    document: tuple[str, list[int]], language: str | None, longest: int
) -> None:
    text, sections = document
    spans = list(passage_spans(text, sections, language, longest))
    covered = {place for start, end in spans for place in range(start, end)}
    assert all(text[place].isspace() for place in range(len(text)) if place not in covered)
    assert all(0 < end - start <= longest for start, end in spans)
    assert all(text[start:end].strip() == text[start:end] for start, end in spans)
    assert all(before[0] < after[0] and before[1] < after[1] for before, after in pairwise(spans))
    assert not any(start < section < end for start, end in spans for section in sections)


@pytest.mark.parametrize("language", SENTENCES)
def test_passages_end_with_sentences_and_share_the_last_one(language: str) -> None:
    sentence = SENTENCES[language]
    text = "".join(f"{number}{sentence}" for number in range(60)) if language != "th" else sentence * 60
    longest = 8 * len(sentence)
    spans = list(passage_spans(text, [], language, longest))
    assert len(spans) > 5
    last = sentence.strip()[-1]
    assert all(text[start:end].endswith(last) for start, end in spans)
    shared = [before[1] - after[0] for before, after in pairwise(spans)]
    assert all(0 < each <= OVERLAP * longest for each in shared)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["ก", "กำ", "ក្ក", "👩‍👦", "e\u0301", "字"]), min_size=30, max_size=60).map("".join))
def test_where_there_are_no_spaces_characters_stay_whole(text: str) -> None:
    bounds = {0} | {found.end() for found in regex.finditer(r"\X", text)}
    spans = list(passage_spans(text, [], None, 40))
    assert {place for span in spans for place in span} <= bounds


def test_a_short_section_is_one_passage_and_a_blank_one_is_none() -> None:
    text = "# One\n\nfirst. second.\n\n   \n\n# Two\nthird."
    sections = [text.index("   "), text.index("# Two")]
    spans = list(passage_spans(text, sections, "en", 1000))
    assert [text[start:end] for start, end in spans] == ["# One\n\nfirst. second.", "# Two\nthird."]


def test_a_long_text_without_any_bound_takes_time_in_proportion() -> None:
    text = "a" * 300_000
    spans = list(passage_spans(text, [], None, 1000))
    assert spans[0] == (0, 1000 // 150 * 150)
    assert spans[-1][1] == len(text)
