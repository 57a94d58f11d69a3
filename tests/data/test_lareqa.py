"""LAReQA's format: golds by hand on a tiny set, XQuAD-R's published counts, one sentence for what is malformed."""

import json
from collections import Counter, defaultdict
from hashlib import sha256
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest

from isoglot.data import Collection
from isoglot.data.sources import lareqa
from isoglot.errors import RequestError
from isoglot.evaluation.evaluate import evaluate
from toys import StubEncoder

EN = ["Lima is big.", "It is the capital of Peru.", "It rains."]  # [0, 13), [13, 40), [40, 49)
DE = ["Lima ist groß und Hauptstadt.", "Es regnet."]  # [0, 30), [30, 40)
COUNTS = {"ar": 1222, "de": 1276, "el": 1234, "en": 1180, "es": 1215, "hi": 1244, "ru": 1219, "th": 852,
          "tr": 1167, "vi": 1209, "zh": 1196}  # fmt: skip


def question(topic: str, *starts: int) -> dict[str, Any]:
    answers = [{"text": "…", "answer_start": start} for start in starts]
    return {"id": topic, "question": f"question {topic}?", "answers": answers}


def paragraph(sentences: list[str], breaks: list[list[int]], *questions: dict[str, Any]) -> dict[str, Any]:
    return {"context": " ".join(sentences), "sentences": sentences, "sentence_breaks": breaks, "qas": list(questions)}


def english() -> list[dict[str, Any]]:
    first = paragraph(EN, [[0, 13], [13, 40], [40, 49]], question("t1", 13, 0), question("t2", 12), question("t3", 48))
    return [first, paragraph(["Alone."], [[0, 6]], question("only-en", 0))]


def write(folder: Path, language: str, paragraphs: list[Any]) -> Path:
    path = folder / f"{language}.json"
    articles = [{"title": "one", "paragraphs": paragraphs[:1]}, {"title": "two", "paragraphs": paragraphs[1:]}]
    path.write_text(json.dumps({"version": "1", "data": articles}), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """English has four topics, German two of them and one of its own (as in MLQA-R)."""
    write(tmp_path, "en", english())
    breaks = [[0, 30], [30, 40]]
    write(tmp_path, "de", [paragraph(DE, breaks, question("t3", 30), question("t1", 29), question("only-de", 0))])
    (tmp_path / "notes.json").write_text("not a language: [")
    (tmp_path / "LICENSE").write_text("CC")
    return tmp_path


def golds(collection: Collection) -> dict[str, set[str]]:
    texts = dict(zip(*(collection.passages[c].to_pylist() for c in ("passage_id", "text")), strict=True))
    found: dict[str, set[str]] = {topic: set() for topic in collection.topics}
    for row in collection.qrels.to_pylist():
        assert row["relevance"] == 1
        found[row["topic_id"]].add(texts[row["passage_id"]])
    return found


def test_golds_are_the_sentences_that_hold_the_first_answer(folder: Path) -> None:
    collection = lareqa.read(folder, "mini-r", licence="CC0-1.0")
    assert golds(collection) == {
        "t1": {EN[1], DE[0]},  # 13 opens the second sentence, 29 is the last of the first
        "t2": {EN[0]},
        "t3": {EN[2], DE[1]},
        "only-en": {"Alone."},
        "only-de": {DE[0]},
    }
    assert (collection.name, collection.licence, collection.evaluation_only) == ("mini-r", "CC0-1.0", True)


def test_candidates_are_all_sentences_and_queries_stand_in_their_languages(folder: Path) -> None:
    collection = lareqa.read(folder, "mini-r")
    assert sorted(collection.passages["text"].to_pylist()) == sorted([*EN, *DE, "Alone."])
    assert collection.passages["parallel_id"].null_count == 6
    assert Counter(collection.queries["language"].to_pylist()) == {"en": 4, "de": 3}
    asked = Counter(collection.queries["topic_id"].to_pylist())
    assert asked == {"t1": 2, "t2": 1, "t3": 2, "only-en": 1, "only-de": 1}


def test_context_follows_the_sentence(folder: Path) -> None:
    alone, context = lareqa.read(folder, "r"), lareqa.read(folder, "r/context", context=True)
    assert f"{DE[1]} {DE[0]} {DE[1]}" in context.passages["text"].to_pylist()
    assert context.qrels.equals(alone.qrels)
    assert context.passages["passage_id"].equals(alone.passages["passage_id"])


@pytest.mark.parametrize(
    ("breaks", "start", "expected"),
    [([[0, 10], [10, 25]], 0, 0), ([[0, 10], [10, 25]], 9, 0), ([[0, 10], [10, 25]], 10, 1),
     ([[0, 10], [10, 25]], 25, None), ([[0, 10], [12, 25]], 11, None), ([[3, 10]], 0, None), ([], 0, None)],
)  # fmt: skip
def test_gold_sentence_at_the_borders(breaks: list[list[int]], start: int, expected: int | None) -> None:
    assert lareqa.gold_sentence(breaks, start) == expected


def without(key: str) -> Any:
    return lambda p: p[1].pop(key)


DAMAGE = {
    "no context": without("context"),
    "no sentences": without("sentences"),
    "no breaks": without("sentence_breaks"),
    "no questions": without("qas"),
    "no answers": lambda p: p[1]["qas"][0].update(answers=[]),
    "answers are text": lambda p: p[1]["qas"][0].update(answers="Lima"),
    "a start in words": lambda p: p[1]["qas"][0]["answers"][0].update(answer_start="6"),
    "a null start": lambda p: p[1]["qas"][0]["answers"][0].update(answer_start=None),
    "half a break": lambda p: p[1].update(sentence_breaks=[[0]]),
    "a break of three": lambda p: p[1].update(sentence_breaks=[[0, 6, 9]]),
    "more breaks than sentences": lambda p: p[1].update(sentence_breaks=[[0, 0], [0, 6]]),
    "fewer breaks than sentences": lambda p: p[1].update(sentences=["Al", "one."]),
    "an answer outside": lambda p: p[1]["qas"][0]["answers"][0].update(answer_start=6),
    "a list for a paragraph": lambda p: p.__setitem__(1, []),
    "text for a paragraph": lambda p: p.__setitem__(1, "Alone."),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_malformed_paragraph_is_named_with_its_file(folder: Path, damage: Any) -> None:
    paragraphs = english()
    damage(paragraphs)
    write(folder, "en", paragraphs)
    with pytest.raises(RequestError, match=r"en\.json paragraph 1 ") as caught:
        lareqa.read(folder, "mini-r", context=True)
    assert "\n" not in str(caught.value)
    assert "Error" not in str(caught.value)


def test_a_wrong_paragraph_is_told_with_its_numbers(folder: Path) -> None:
    for damage, said in (
        ("more breaks than sentences", "has 1 sentences but 2 sentence_breaks"),
        ("an answer outside", "question only-en whose answer starts at 6"),
        ("no context", "a paragraph needs context"),
    ):
        paragraphs = english()
        DAMAGE[damage](paragraphs)
        write(folder, "en", paragraphs)
        with pytest.raises(RequestError, match=said):
            lareqa.read(folder, "mini-r", context=True)


def test_a_file_that_is_not_json_is_told_by_line_and_column(folder: Path) -> None:
    (folder / "de.json").write_text('{\n"data": [,]}')  # the comma is the tenth character of the second line
    with pytest.raises(RequestError, match=r"de\.json is not JSON \(see line 2, column 10\); correct it"):
        lareqa.read(folder, "mini-r")
    (folder / "de.json").write_bytes(b'{"data": "\xff"}')
    with pytest.raises(RequestError, match=r"de\.json is not JSON in UTF-8; correct it"):
        lareqa.read(folder, "mini-r")


@pytest.mark.parametrize("content", ["", "[", "[]", "{}", "null", '{"data": 3}', '{"data": [3]}', '{"data": [{}]}'])
def test_a_malformed_file_is_named(folder: Path, content: str) -> None:
    (folder / "de.json").write_text(content)
    with pytest.raises(RequestError, match=r"de\.json is not "):
        lareqa.read(folder, "mini-r")


def test_a_folder_without_languages_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text("{}")
    for path in (tmp_path, tmp_path / "absent", tmp_path / "train.json"):
        with pytest.raises(RequestError, match=r"holds no <language>\.json files"):
            lareqa.read(path, "mini-r")


def test_mlqa_r_leaves_a_pair_only_where_a_gold_is_missing(tmp_path: Path) -> None:
    """Golds vary by topic (2 to 4 languages): a query leaves the pairs it has no gold in, and never the pool."""
    asked = {"four": "en de es hi", "three": "en de es", "two": "en hi", "also two": "en de"}
    for language in ("en", "de", "es", "hi"):
        topics = [topic for topic, languages in asked.items() if language in languages.split()]
        sentences = [f"{topic} in {language}." for topic in topics] + [f"Nobody asks in {language}."]
        starts = [0, *accumulate(len(sentence) + 1 for sentence in sentences)]
        breaks = [list(pair) for pair in pairwise(starts)]
        questions = [question(topic, start) for topic, start in zip(topics, starts, strict=False)]
        write(tmp_path, language, [paragraph(sentences, breaks, *questions)])
    collection = lareqa.read(tmp_path, "mlqa-r")
    table = evaluate(StubEncoder(), collection).per_query
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in table.select(["setting", "query_language", "passage_language", "topic_id"]).to_pylist():
        found[row["setting"], row["query_language"], row["passage_language"]].add(row["topic_id"])
    expected = {}
    for query in ("en", "de", "es", "hi"):
        expected["multilingual", query, "all"] = {topic for topic, known in asked.items() if query in known.split()}
        for passage in ("en", "de", "es", "hi"):
            setting = "monolingual" if query == passage else "cross-lingual"
            both = {topic for topic, known in asked.items() if {query, passage} <= set(known.split())}
            expected[setting, query, passage] = both
    assert found == {scope: topics for scope, topics in expected.items() if topics}
    assert found["cross-lingual", "en", "hi"] == {"four", "two"}
    assert found["cross-lingual", "de", "hi"] == {"four"}
    assert found["multilingual", "en", "all"] == set(asked)


def test_mlqa_r_ranks_in_the_pool_by_all_of_a_topics_golds(tmp_path: Path) -> None:
    """The pooled AP of a query with golds in two of three languages, against sorting the pool."""
    for language in ("en", "de", "es"):
        sentences = [f"{word} in {language}." for word in ("one", "two", "three")]
        starts = [0, *accumulate(len(sentence) + 1 for sentence in sentences)]
        questions = [question("t", starts[1])] if language != "es" else [question("other", starts[0])]
        write(tmp_path, language, [paragraph(sentences, [list(pair) for pair in pairwise(starts)], *questions)])
    table = evaluate(StubEncoder(), lareqa.read(tmp_path, "mlqa-r")).per_query.to_pylist()
    pool = [f"{word} in {language}." for word in ("one", "two", "three") for language in ("en", "de", "es")]
    asked = StubEncoder.vector("Q question t?").astype(float)
    best = sorted(pool, key=lambda text: -asked @ StubEncoder.vector(f"P {text}"))
    ranks = sorted(best.index(f"two in {language}.") + 1 for language in ("en", "de"))
    average_precision = sum((place + 1) / rank for place, rank in enumerate(ranks)) / 2
    rows = [row for row in table if row["setting"] == "multilingual" and row["topic_id"] == "t"]
    assert [row["AP"] for row in rows] == pytest.approx([average_precision] * 2)
    assert {row["passage_language"] for row in table if row["query_language"] == "en"} == {"en", "de", "all"}


def test_public_files_are_those_of_the_languages(shared_data: Path) -> None:
    files = lareqa.public_files("xquad-r", lareqa.XQUAD_R_SHA256)
    for file in files:
        content = (shared_data / "xquad-r" / file.name).read_bytes()
        assert file.checksum == f"sha256:{sha256(content).hexdigest()}"
    assert sorted(file.name.removesuffix(".json") for file in files) == sorted(COUNTS)


def test_a_question_twice_in_a_language_is_an_error(folder: Path) -> None:
    write(folder, "en", [*english(), paragraph(["Again."], [[0, 6]], question("t1", 0))])
    with pytest.raises(RequestError, match=r"mini-r: queries row \d+ repeats the query_id 't1:en'"):
        lareqa.read(folder, "mini-r")


def test_xquad_r_has_its_published_size(shared_data: Path) -> None:
    collection = lareqa.read(shared_data / "xquad-r", "xquad-r")
    assert len(collection.topics) == 1190
    assert collection.queries.num_rows == 13090
    assert Counter(collection.passages["language"].to_pylist()) == COUNTS
    assert collection.passages.num_rows == sum(COUNTS.values()) == 13014
    languages = dict(zip(*(collection.passages[c].to_pylist() for c in ("passage_id", "language")), strict=True))
    judged = zip(collection.qrels["topic_id"].to_pylist(), collection.qrels["passage_id"].to_pylist(), strict=True)
    one_each = Counter((topic, languages[passage]) for topic, passage in judged)
    assert len(one_each) == 13090
    assert set(one_each.values()) == {1}
    asked = set(zip(*(collection.queries[c].to_pylist() for c in ("topic_id", "language")), strict=True))
    assert asked == set(one_each)
    pairs = {(a, b) for a in COUNTS for b in COUNTS if a != b and (collection.topics[0], b) in asked}
    assert len(pairs) == 110
