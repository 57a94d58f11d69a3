"""The compared form is NFKC, case folded, bare of space and punctuation; length is what a terminal takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from data.leakage import reference
from isoglot.data.leakage.normalise import columns, normalise


@given(st.lists(st.text(max_size=20), max_size=6))
def test_each_text_is_normalised_on_its_own_as_the_definition_says(texts: list[str]) -> None:
    assert normalise(texts) == [reference.normalised(text) for text in texts]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is the Nile?", "where is the nile"),
        ("ＷＨＥＲＥ　is", "whereis"),
        ("尼罗河在哪里？", "尼罗河，在哪里"),
        ("น้ำตกอยู่ที่ไหน", "น้ำตก อยู่ที่ไหน?"),
        ("أين يقع النيل؟", "أين يقع «النيل»"),
        ("Straße", "STRASSE"),
        ("soft\u00adhyphen", "soft hyphen"),
    ],
)
def test_texts_that_differ_in_form_alone_are_the_same(one: str, other: str) -> None:
    assert normalise([one]) == normalise([other])


@pytest.mark.parametrize(("one", "other"), [("มา", "มี"), ("C", "C+"), ("!", "?"), ("resume", "résumé")])
def test_texts_that_differ_in_a_letter_a_vowel_sign_or_all_their_signs_are_not(one: str, other: str) -> None:
    assert normalise([one]) != normalise([other])


@pytest.mark.parametrize("text", ["river", "尼罗河", "ナイルがわ", "나일강", "น้ำตกอยู่ที่ไหน", "أيننهر", "नदी", "河river"])
def test_columns_are_those_of_a_terminal(text: str) -> None:
    spacing_marks = sum(character in "ी" for character in text)  # rich gives some of these no column
    assert columns([text])[0] - cell_len(text) in (0, spacing_marks)
    assert columns(["", text, "x"]).tolist() == [0, columns([text])[0], 1]
