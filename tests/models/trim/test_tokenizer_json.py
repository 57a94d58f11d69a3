"""Trimmed tokenizers read covered text as before: on random subsets of texts, and where it is easily got wrong."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models

from isoglot.errors import IsoglotError
from isoglot.models.trim.characters import scripts_of
from isoglot.models.trim.tokenizer_json import JsonVocabulary
from models.trim.languages import KINDS, SYLLABLES, all_texts, texts_of

VOCABULARIES = {make.__name__: JsonVocabulary.of(make()) for make in KINDS}
syllables = st.sampled_from([syllable for each in SYLLABLES.values() for syllable in each.split()])
words = st.lists(syllables, min_size=1, max_size=6).map("".join)
odd = st.sampled_from(["<mask>", "[MASK]", "</s>", "☃", "ጤና", "ßßß", "ｋａ", "", "\t", "ΚΑ", "a" * 101])
texts = st.lists(st.one_of(st.sampled_from(all_texts()), words, odd, st.text(max_size=5)), max_size=6).map(" ".join)


def keep(vocabulary: JsonVocabulary, covered: list[str], scripts: frozenset[str]) -> tuple[JsonVocabulary, list[int]]:
    used = {number for each in vocabulary.backend.encode_batch(covered) for number in each.ids}
    kept = sorted(vocabulary.closed(used | vocabulary.behind(covered, used), scripts))
    return vocabulary.only(kept), kept


@pytest.mark.parametrize("kind", VOCABULARIES)
@settings(max_examples=60, deadline=None)
@given(covered=st.lists(texts, min_size=1, max_size=5), with_scripts=st.booleans())
def test_covered_texts_keep_their_tokens(kind: str, covered: list[str], with_scripts: bool) -> None:
    scripts = scripts_of(covered) if with_scripts else frozenset()
    trimmed, kept = keep(VOCABULARIES[kind], covered, scripts)
    before = VOCABULARIES[kind].backend.encode_batch(covered)
    after = trimmed.backend.encode_batch(covered)
    assert [[kept[number] for number in each.ids] for each in after] == [each.ids for each in before]
    assert [each.tokens for each in after] == [each.tokens for each in before]
    assert [each.offsets for each in after] == [each.offsets for each in before]


@pytest.mark.parametrize("kind", VOCABULARIES)
def test_new_text_in_a_covered_script_has_no_more_unknown_tokens_and_another_script_goes(kind: str) -> None:
    whole = VOCABULARIES[kind]
    trimmed, _ = keep(whole, texts_of("el")[:1], frozenset(["GREEK"]))
    assert len(trimmed.ids) < len(whole.ids) * 0.6
    unknown = {trimmed.ids[name] for name in ("<unk>", "[UNK]") if name in trimmed.ids}
    assert not unknown & {*trimmed.backend.encode(" ".join(texts_of("el"))).ids}
    if kind != "bytes_of_text":
        assert unknown & {*trimmed.backend.encode(" ".join(texts_of("zh"))).ids}


@pytest.mark.parametrize("kind", VOCABULARIES)
def test_keeping_all_gives_the_same_tokenizer(kind: str) -> None:
    whole = VOCABULARIES[kind]
    assert whole.only(range(len(whole.ids))).tokenizer == whole.tokenizer


def of_model(model: Any) -> JsonVocabulary:
    return JsonVocabulary.of(Tokenizer(model))


def test_unknown_characters_keep_their_score() -> None:
    """Without `q`, the lowest, an unknown `a` before `bcdef` would beat what the whole vocabulary takes."""
    pieces = [("<unk>", 0.0), ("a", -46.0), ("q", -50.0), ("ab", -12.0), ("bcdef", -15.0)]
    whole = of_model(models.Unigram([*pieces, *((letter, -12.0) for letter in "cdef")], unk_id=0))
    trimmed, _ = keep(whole, ["abcdef", "bcdef"], frozenset())
    assert "a" not in trimmed.ids
    assert "q" in trimmed.ids
    assert trimmed.backend.encode("abcdef").tokens == ["ab", "c", "d", "e", "f"]


def test_word_that_was_unknown_stays_unknown() -> None:
    """`abcd` fails behind `abc`; with `a` and `##bcd` alone it would be read."""
    names, covered = ["[UNK]", "a", "abc", "x", "##bcd"], ["abcd", "a", "xbcd"]
    whole = of_model(models.WordPiece({name: number for number, name in enumerate(names)}, unk_token="[UNK]"))
    trimmed, _ = keep(whole, covered, frozenset())
    used = {number for text in covered for number in whole.backend.encode(text).ids}
    careless = whole.only(sorted(used))
    assert careless.backend.encode("abcd").tokens == ["a", "##bcd"]
    assert trimmed.backend.encode("abcd").tokens == ["[UNK]"]


def test_all_ways_to_merge_a_token_stay_in_their_order() -> None:
    merges = [("b", "c"), ("a", "b"), ("ab", "c"), ("a", "bc"), ("x", "y")]
    names = ["<unk>", "a", "b", "c", "x", "y", "bc", "ab", "abc", "xy"]
    whole = of_model(models.BPE({name: number for number, name in enumerate(names)}, merges, unk_token="<unk>"))
    trimmed, _ = keep(whole, ["abc"], frozenset())
    assert trimmed.model["merges"] == [["b", "c"], ["a", "b"], ["ab", "c"], ["a", "bc"]]
    assert trimmed.backend.encode("abc").tokens == ["abc"]


def test_bytes_stay_where_characters_fall_back_to_them() -> None:
    names = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "a", "b"]
    model = models.BPE({name: number for number, name in enumerate(names)}, [], unk_token="<unk>", byte_fallback=True)
    trimmed, _ = keep(of_model(model), ["a"], frozenset())
    assert len(trimmed.ids) == 258
    assert trimmed.backend.encode("é").tokens == ["<0xC3>", "<0xA9>"]


def test_ids_in_padding_and_in_a_sequence_of_processors_are_renumbered() -> None:
    whole = VOCABULARIES["unigram"].backend
    tokenizer = Tokenizer.from_str(whole.to_str())
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>", length=12)
    vocabulary = JsonVocabulary.of(tokenizer)
    vocabulary.tokenizer["post_processor"] = {
        "type": "Sequence",
        "processors": [vocabulary.tokenizer["post_processor"]],
    }
    text = texts_of("en")[0]
    trimmed, kept = keep(vocabulary, [text], frozenset())
    assert [kept[number] for number in trimmed.backend.encode(text).ids] == vocabulary.backend.encode(text).ids
    assert trimmed.ids["<mask>"] == len(kept) - 1


def test_other_kinds_are_refused() -> None:
    with pytest.raises(IsoglotError, match="a WordLevel vocabulary cannot be trimmed"):
        of_model(models.WordLevel({"a": 0}, unk_token="a"))


def test_holes_in_the_numbering_are_closed() -> None:
    trimmed, kept = keep(of_model(models.BPE({"<unk>": 0, "a": 2}, [], unk_token="<unk>")), ["a"], frozenset())
    assert kept == [0, 2]
    assert trimmed.ids == {"<unk>": 0, "a": 1}


def test_two_tokens_of_one_id_are_refused() -> None:
    tokenizer = Tokenizer(models.BPE({"<unk>": 0, "a": 3, "b": 4}, [], unk_token="<unk>"))
    tokenizer.add_special_tokens(["<s>"])
    with pytest.raises(IsoglotError, match="does not number its tokens in one row"):
        keep(JsonVocabulary.of(tokenizer), ["ab"], frozenset())
