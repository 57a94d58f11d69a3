"""Language codes: canonical BCP-47 passes, anything else is told what to write."""

import pytest

from isoglot.data.languages import language_name, language_problem


@pytest.mark.parametrize("code", ["en", "zh", "zh-Hant", "pt-BR", "sr-Latn", "fil", "gsw", "haw"])
def test_canonical_codes_pass(code: str) -> None:
    assert language_problem(code) is None


@pytest.mark.parametrize(
    ("code", "canonical"),
    [("pt_BR", "pt-BR"), ("EN", "en"), ("en-us", "en-US"), ("zh-hant", "zh-Hant"), ("iw", "he"), ("mo", "ro")],
)
def test_other_forms_are_told_the_canonical_one(code: str, canonical: str) -> None:
    assert language_problem(code) == f"language {code!r} is not in canonical form; write {canonical!r}"


@pytest.mark.parametrize("code", ["", " ", "qq", "english", "en\n", "e", "en-", "🙂", "a" * 50, "../en"])
def test_what_is_no_code_is_an_error(code: str) -> None:
    assert "is not a BCP-47 code" in (language_problem(code) or "")


@pytest.mark.parametrize(
    ("code", "name"), [("en", "English"), ("zh-Hant", "Chinese (Traditional)"), ("mul", "mul"), ("no such", "no such")]
)
def test_names(code: str, name: str) -> None:
    assert language_name(code) == name
