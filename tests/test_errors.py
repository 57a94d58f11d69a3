"""What a person sees and what a script gets when something is wrong."""

import pytest

from isoglot.errors import IsoglotError, RequestError, unknown


def test_exit_codes_tell_failed_work_from_a_wrong_request() -> None:
    assert (IsoglotError.exit_code, RequestError.exit_code) == (1, 2)
    assert issubclass(RequestError, IsoglotError)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("monoligual", "There is no strategy 'monoligual'; did you mean 'monolingual'? Known: mixed, monolingual."),
        ("zzz", "There is no strategy 'zzz'; known: mixed, monolingual."),
        ("", "There is no strategy ''; known: mixed, monolingual."),
    ],
)
def test_an_unknown_name_is_one_sentence(name: str, sentence: str) -> None:
    assert str(unknown("strategy", name, iter(["mixed", "monolingual"]))) == sentence
