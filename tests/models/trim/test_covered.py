"""Which texts are covered, and what is said where there are none."""

import pytest

from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.models.trim import covered_texts
from isoglot.models.trim.characters import script_of, spells
from models.debias.parallel import parallel

GERMAN = parallel(2, ("de", "fr"))


def test_texts_of_the_languages_are_taken_once_with_their_titles(tiny: Collection) -> None:
    assert covered_texts([tiny, tiny], ["en"]) == {
        "query": ["capital of Peru?", "capital of Laos?"],
        "passage": ["Peru\nLima is it."],
    }
    assert {role: len(texts) for role, texts in covered_texts([tiny, GERMAN]).items()} == {"query": 7, "passage": 8}


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        (["de", "deu"], "language 'deu' is not in canonical form; write 'de'"),
        (["german"], "language 'german' is not a BCP-47 code"),
        (["dk"], "'dk'"),
        (["sw"], "There is no language 'sw'; did you mean 'es'? Known: de, en, es, fr."),
        (["pt-BR"], "There is no language 'pt-BR'"),
        (["en"], "toy has no text in en; leave it out, or choose among de, fr."),
    ],
)
def test_wrong_languages_are_named(languages: list[str], said: str, tiny: Collection) -> None:
    with pytest.raises(RequestError, match=said.replace("?", r"\?")):
        covered_texts([tiny, GERMAN], languages)


@pytest.mark.parametrize(
    ("character", "script"),
    [
        ("ß", "LATIN"),
        ("я", "CYRILLIC"),
        ("あ", "HIRAGANA"),
        ("한", "HANGUL"),
        ("́", None),
        ("٣", None),
        ("\ue000", None),
    ],
)
def test_letters_have_scripts_and_other_characters_none(character: str, script: str | None) -> None:
    assert script_of(character) == script
    assert spells(character, frozenset()) == (script is None)
