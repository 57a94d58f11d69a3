"""Near-duplicates and containments in alphabets and in scripts without spaces, against all pairs of Python sets."""

import random

import numpy as np
import pytest

from data.leakage import reference
from isoglot.data.leakage import similar
from isoglot.data.leakage.similar import similar_texts

ALPHABETS = {
    "Latin": "abcdefghijklmnopqrstuvwxyzáéñ",
    "Chinese": "".join(chr(0x4E00 + code) for code in range(2000)),
    "Thai": "กขคงจฉชซญดตถทธนบปผพฟภมยรลวสหอฮ" + "ะัาิีุูเแโ่้",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "mixed": "abcdefghij" + "河流山水火木金土日月",
}


def sentence(source: random.Random, alphabet: str, length: int) -> str:
    return "".join(source.choice(alphabet) for _ in range(length))


def edited(source: random.Random, alphabet: str, text: str, edits: int) -> str:
    characters = list(text)
    for _ in range(edits):
        characters[source.randrange(len(characters))] = source.choice(alphabet)
    return "".join(characters)


def planted(script: str) -> tuple[list[str], list[str]]:
    """Sentences to train on, and sentences to evaluate on: edited ones, cut ones, longer ones and new ones."""
    source, alphabet = random.Random(0), ALPHABETS[script]
    train = [sentence(source, alphabet, source.randint(5, 250)) for _ in range(50)]
    evaluation = [edited(source, alphabet, text, source.randint(1, 4)) for text in train[:25]]
    for text in train[25:45]:
        start = source.randrange(len(text))
        evaluation += [text[start : start + source.randint(5, 150)], sentence(source, alphabet, 30) + text]
    return train, evaluation + [sentence(source, alphabet, 60) for _ in range(5)]


def judged(one: str, other: str, threshold: float) -> tuple[bool, float] | None:
    """Whether a pair of texts is a containment, and its similarity; None where it is no pair."""
    lengths = {text: reference.columns(text) for text in (one, other)}
    if min(lengths.values()) < 20:
        return None
    sets = sorted((reference.grams(one), reference.grams(other)), key=len)
    share, likeness = len(sets[0] & sets[1]) / len(sets[0]), reference.jaccard(one, other)
    if likeness >= threshold - 1e-9:
        return False, likeness
    smaller = one if len(reference.grams(one)) < len(reference.grams(other)) else other
    inside = lengths[smaller] >= 40 and (one in other or other in one)
    return (True, share) if inside or (lengths[smaller] >= 100 and share >= threshold - 1e-9) else None


def all_pairs(train: list[str], evaluation: list[str], threshold: float) -> dict[tuple[int, int], tuple[bool, float]]:
    pairs = {
        (first, second): judged(one, other, threshold)
        for first, one in enumerate(train)
        for second, other in enumerate(evaluation)
    }
    return {pair: found for pair, found in pairs.items() if found}


@pytest.mark.parametrize(("characters", "threshold"), [(300, 0.8), (2000, 0.5), (5_000_000, 1.0)])
@pytest.mark.parametrize("script", ALPHABETS)
def test_the_pairs_are_those_of_the_definition(
    script: str, characters: int, threshold: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "TRAIN_CHARACTERS", characters)
    monkeypatch.setattr(similar, "EVALUATION_CHARACTERS", 2 * characters)
    train, evaluation = planted(script)
    expected = all_pairs(train, evaluation, threshold)
    kinds = {contained for contained, _ in expected.values()}
    assert threshold == 1 or kinds == {True, False}
    first, second, contained, similarity = similar_texts(train, evaluation, threshold)
    found = {
        (one, other): (kind, pytest.approx(value))
        for one, other, kind, value in zip(
            *(each.tolist() for each in (first, second, contained, similarity)), strict=True
        )
    }
    assert len(found) == len(first)
    assert found == expected


SENTENCES = {
    "en": ("the river nile flows north through eleven countries of africa into the mediterranean sea", "nine"),
    "zh": ("尼罗河自南向北流经非洲十一个国家最后注入地中海全长约六千六百五十公里是世界上最长的河流之一", "九个"),
    "th": ("แม่น้ำไนล์ไหลขึ้นไปทางเหนือผ่านสิบเอ็ดประเทศในทวีปแอฟริกาลงสู่ทะเลเมดิเตอร์เรเนียนและเป็นแม่น้ำที่ยาวที่สุด", "เก้า"),
    "ar": (
        "يجري نهر النيل نحو الشمال عبر إحدى عشرة دولة في أفريقيا ويصب في البحر الأبيض المتوسط وهو أطول الأنهار",
        "تسع",
    ),
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_with_one_word_replaced_is_a_near_duplicate(language: str) -> None:
    text, word = (each.replace(" ", "") for each in SENTENCES[language])
    middle = len(text) // 2
    _, _, contained, similarity = similar_texts([text[:middle] + word + text[middle + len(word) :]], [text], 0.75)
    assert contained.tolist() == [False]
    assert similarity[0] < 1


@pytest.mark.parametrize(("end", "other"), [("abcd", "abce"), ("a", "b"), ("ab河", "ab海"), ("河abc山", "河abc水")])
def test_texts_that_end_otherwise_are_not_wholly_alike(end: str, other: str) -> None:
    body = SENTENCES["zh"][0]  # 46 characters, of which each begins a triple of its own
    _, _, contained, similarity = similar_texts([body + end], [body + other], 0.8)
    assert contained.tolist() == [False]
    assert similarity[0] < 1


def test_the_ngrams_of_a_mixed_text_are_counted_by_hand() -> None:
    # 9 triples of the 11 characters, 河流a and 流ab; of five 月山河流a, 山河流ab, 河流abc and one that differs.
    han = "山水火木金土日月山河流"
    _, _, _, similarity = similar_texts([han + "abcd"], [han + "abce"], 0.5)
    assert similarity.tolist() == [14 / 16]


@pytest.mark.parametrize("language", SENTENCES)
def test_a_paragraph_that_holds_a_sentence_whole_contains_it_from_either_side(language: str) -> None:
    sentence = SENTENCES[language][0].replace(" ", "")
    paragraph = "".join(SENTENCES[other][0].replace(" ", "") for other in ("en", language, "ar"))
    for train, evaluation in (([paragraph], [sentence]), ([sentence], [paragraph])):
        _, _, contained, similarity = similar_texts(train, evaluation, 0.8)
        assert (contained.tolist(), similarity.tolist()) == ([True], [1.0])


def test_a_text_of_which_only_the_halves_stand_elsewhere_is_not_contained() -> None:
    first, second, between = (
        "abcdefghijklmnopqrstuvwxy",
        "zyxwvutsrqponmlkjihgfedcb",
        "0123456789" * 2 + "9876543210" * 2,
    )
    halves = first + second[:4] + between + first[-4:] + second  # has every n-gram of the two together
    assert reference.grams(first + second) <= reference.grams(halves)
    for train, evaluation in ((halves, first + second), (first + second, halves)):
        assert [len(each) for each in similar_texts([train], [evaluation], 0.8)] == [0, 0, 0, 0]


@pytest.mark.parametrize(("train", "evaluation"), [([], []), ([], ["x" * 50]), (["x" * 50], []), (["a"], ["a"])])
def test_nothing_to_compare_gives_no_pairs(train: list[str], evaluation: list[str]) -> None:
    assert [len(each) for each in similar_texts(train, evaluation, 0.8)] == [0, 0, 0, 0]


def test_texts_of_one_repeated_character_are_compared() -> None:
    first, second, contained, similarity = similar_texts(["x" * 50, "y" * 50], ["x" * 51], 0.8)
    assert np.array([first, second, contained, similarity]).tolist() == [[0], [0], [0], [1]]
