"""Detection of languages on texts whose language is plain."""

import pytest

from isoglot.errors import RequestError
from isoglot.search.language import LEAST_CONFIDENCE, detector

PLAIN = {
    "en": "The river runs through the old town and ends in the sea.",
    "de": "Der Fluss fließt durch die alte Stadt und mündet ins Meer.",
    "th": "แม่น้ำไหลผ่านเมืองเก่าและไหลลงสู่ทะเล",
    "zh": "这条河流经古城，最后流入大海。",
    "ja": "その川は古い町を流れて海に注ぐ。",
    "el": "Το ποτάμι διασχίζει την παλιά πόλη και χύνεται στη θάλασσα.",
    "fil": "Ang ilog ay dumadaloy sa lumang bayan at nagtatapos sa dagat.",
    "km": "ទន្លេហូរកាត់ទីក្រុងចាស់ ហើយហូរចូលសមុទ្រ។",
    "am": "ወንዙ በድሮው ከተማ በኩል ያልፋል።",
    "ml": "നദി പഴയ പട്ടണത്തിലൂടെ ഒഴുകുന്നു.",
}


def test_languages_are_bcp_47_with_a_confidence() -> None:
    found = detector().detect(list(PLAIN.values()))
    assert [each.language for each in found] == list(PLAIN)
    assert all(LEAST_CONFIDENCE <= each.confidence <= 1 for each in found)


@pytest.mark.parametrize("text", ["", " ", "12345", "!?", "☀☁"])
def test_text_without_letters_is_in_no_language(text: str) -> None:
    (found,) = detector().detect([text])
    assert (found.language, found.confidence) == ("und", 0.0)


def test_below_even_odds_nobody_knows() -> None:
    found = detector().detect(["hello", "Kofi Annan", "de la"])
    assert all(each.confidence < LEAST_CONFIDENCE for each in found)
    assert {each.language for each in found} == {"und"}


def test_only_the_languages_that_are_named_are_found() -> None:
    few = detector(("de", "nl", "km"))
    texts = [PLAIN["de"], PLAIN["km"], PLAIN["th"], "De rivier stroomt door de oude stad naar de zee."]
    assert [each.language for each in few.detect(texts)] == ["de", "km", "und", "nl"]
    assert [each.language for each in detector(("km", "lo")).detect(texts)] == ["und", "km", "und", "und"]


def test_languages_that_cannot_be_detected_are_refused() -> None:
    with pytest.raises(RequestError, match="'xx'"):
        detector(("de", "xx"))
    with pytest.raises(RequestError, match="de is the only language"):
        detector(("de",))
