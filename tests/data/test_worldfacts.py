"""The embedded corpus: parallel, deterministic, unambiguous, held-out facts apart; true of any CLDR version."""

import string
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict

import pytest

from isoglot.data import Collection
from isoglot.data.sources.worldfacts import read
from isoglot.data.sources.worldfacts.corpus import HELD_OUT_RELATIONS, named_facts
from isoglot.data.sources.worldfacts.names import Term, name
from isoglot.data.sources.worldfacts.templates import hashed, languages, sentence, templates
from isoglot.errors import RequestError

SCRIPTS = {"ru": "CYRILLIC", "th": "THAI", "ar": "ARABIC", "hi": "DEVANAGARI", "el": "GREEK", "ko": "HANGUL",
           "zh": "CJK", "ja": ("CJK", "HIRAGANA", "KATAKANA"), "de": "LATIN", "tr": "LATIN", "vi": "LATIN"}  # fmt: skip


@pytest.fixture(scope="module")
def everything() -> Collection:
    return read()


@pytest.fixture(scope="module")
def parts() -> tuple[Collection, Collection]:
    return read("train"), read("held-out")


def texts(collection: Collection, table: str) -> dict[tuple[str, str], str]:
    rows = getattr(collection, table)
    keys = rows["topic_id"] if table == "queries" else rows["parallel_id"]
    return dict(
        zip(
            zip(keys.to_pylist(), rows["language"].to_pylist(), strict=True),
            rows["text"].to_pylist(),
            strict=True,
        )
    )


def slot_names(wording: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(wording) if field}


def test_is_large_and_in_many_languages(everything: Collection) -> None:
    assert len(everything.languages) >= 12
    assert len(everything.topics) >= 2000
    assert len({topic.split("/")[0] for topic in everything.topics}) >= 10


def test_is_fully_parallel(everything: Collection) -> None:
    full = {(topic, language) for topic in everything.topics for language in everything.languages}
    for table in ("queries", "passages"):
        assert getattr(everything, table).num_rows == len(full)
        assert set(texts(everything, table)) == full


def test_ids_follow_topic_and_language(everything: Collection) -> None:
    first = everything.queries.slice(0, 1).to_pylist()[0]
    assert first["query_id"] == f"{first['topic_id']}:{first['language']}:q"
    judged = everything.qrels.to_pylist()
    assert all(row["passage_id"].rsplit(":", 1)[0] == row["topic_id"] for row in judged)


def test_a_fresh_process_builds_the_same(everything: Collection) -> None:
    program = "from isoglot.data.sources.worldfacts import read; print(read().content_hash)"
    fresh = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert fresh.stdout.strip() == everything.content_hash


@pytest.mark.parametrize("table", ["queries", "passages"])
def test_no_two_topics_share_a_text(everything: Collection, table: str) -> None:
    counts = Counter((language, text.casefold()) for (_, language), text in texts(everything, table).items())
    assert [key for key, count in counts.items() if count > 1] == []


def test_no_two_topics_of_a_pattern_ask_about_the_same_names() -> None:
    for language in languages():
        asked = defaultdict(list)
        for fact, slots in named_facts():
            question_slots = slot_names(templates(language).questions[fact.pattern][0])
            asked[fact.pattern, *(slots[language][slot] for slot in sorted(question_slots))].append(fact.topic_id)
        assert [topics for topics in asked.values() if len(topics) > 1] == []


def test_passages_say_subject_and_answer(everything: Collection) -> None:
    passages = texts(everything, "passages")
    for fact, slots in named_facts():
        for language, filled in slots.items():
            said = passages[fact.topic_id, language].casefold()
            named = [text for slot, text in filled.items() if slot != "type"]
            assert all(text.casefold()[1:] in said for text in named), (fact.topic_id, language)


@pytest.mark.parametrize("language", languages())
def test_wordings_of_a_pattern_speak_of_the_same_things(language: str) -> None:
    said, english = templates(language), templates("en")
    assert said.words.keys() == english.words.keys()
    assert said.questions.keys() == said.passages.keys() == english.questions.keys()
    for pattern, questions in said.questions.items():
        passages = said.passages[pattern]
        assert len(set(questions)) >= 3
        assert len(set(passages)) >= 2
        assert {frozenset(slot_names(text)) for text in questions} == {
            frozenset(slot_names(english.questions[pattern][0]))
        }
        assert {frozenset(slot_names(text)) for text in passages} == {
            frozenset(slot_names(english.passages[pattern][0]))
        }


def test_every_wording_is_used_and_parallel_texts_differ_in_theirs() -> None:
    topics = [fact.topic_id for fact, _ in named_facts() if fact.relation == "currency-of"]
    chosen = {(topic, language): hashed(f"{topic}:{language}:q") % 3 for topic in topics for language in languages()}
    assert set(Counter(chosen.values())) == {0, 1, 2}
    assert min(Counter(chosen.values()).values()) > len(chosen) / 4
    assert all(len({chosen[topic, language] for language in languages()}) > 1 for topic in topics)


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_texts_are_in_the_script_of_their_language(everything: Collection, language: str) -> None:
    for table in ("queries", "passages"):
        joined = "".join(text for (_, code), text in texts(everything, table).items() if code == language)
        letters = [character for character in joined if character.isalpha()]
        native = sum(unicodedata.name(letter, "").startswith(SCRIPTS[language]) for letter in letters)
        assert native > 0.8 * len(letters)


def test_parts_cut_the_whole_in_two(everything: Collection, parts: tuple[Collection, Collection]) -> None:
    train, held_out = parts
    assert set(train.topics).isdisjoint(held_out.topics)
    assert set(train.topics) | set(held_out.topics) == set(everything.topics)
    assert 300 <= len(held_out.topics) <= 0.3 * len(everything.topics)


def test_held_out_relations_and_facts_are_never_said_in_train(parts: tuple[Collection, Collection]) -> None:
    train, held_out = ({tuple(topic.split("/", 1)) for topic in part.topics} for part in parts)
    assert HELD_OUT_RELATIONS.isdisjoint(relation for relation, _ in train)
    assert {relation for relation, _ in held_out} >= HELD_OUT_RELATIONS
    assert len({relation for relation, _ in held_out} - HELD_OUT_RELATIONS) >= 5
    assert set(texts(parts[0], "passages").values()).isdisjoint(texts(parts[1], "passages").values())


def test_each_code_is_asked_in_one_direction_only(everything: Collection) -> None:
    codes = [topic.replace("-by-code/", "-code-of/") for topic in everything.topics]
    assert len(set(codes)) == len(codes)


def test_only_train_may_be_trained_on(everything: Collection, parts: tuple[Collection, Collection]) -> None:
    train, held_out = parts
    assert (everything.evaluation_only, train.evaluation_only, held_out.evaluation_only) == (True, False, True)
    assert (everything.name, train.name, held_out.name) == ("worldfacts", "worldfacts/train", "worldfacts/held-out")


@pytest.mark.parametrize(
    ("topic", "language", "answer"),
    [
        ("currency-of/JP", "en", "Japanese Yen"),
        ("currency-of/PL", "pl", "złoty polski"),
        ("official-languages/BR", "de", "Portugiesisch"),
        ("weekend/EG", "en", "Friday and Saturday"),
        ("first-day/US", "fr", "dimanche"),
        ("script/ru", "ja", "キリル文字"),
        ("main-territory/hu", "es", "Hungría"),
        ("decimal-mark/de", "en", "comma"),
        ("decimals/JPY", "ko", "0"),
        ("city-territory/Europe/Vienna", "ru", "Австрия"),
        ("month-after/12", "it", "gennaio"),
        ("day-after/6", "en", "Monday"),
    ],
)
def test_known_facts(everything: Collection, topic: str, language: str, answer: str) -> None:
    assert answer in texts(everything, "passages")[topic, language]


def test_names_that_are_only_codes_or_only_latin_do_not_count() -> None:
    assert name(Term("territory", "QQ"), "en") is None
    assert name(Term("territory", "FR"), "th") == "ฝรั่งเศส"
    assert name(Term("languages", "de qqq"), "en") is None


def test_turkish_capital_keeps_its_dot() -> None:
    assert sentence(["{word} gün"], "", {"word": "iyi"}, "tr") == "İyi gün"
    assert sentence(["{word} day"], "", {"word": "ideal"}, "en") == "Ideal day"


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(RequestError, match="no part 'dev'; write one of all, train, held-out"):
        read("dev")
