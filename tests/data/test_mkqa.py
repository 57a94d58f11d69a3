"""MKQA's format: one topic in many languages over one corpus, judged by answer strings or by given qrels."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoglot.data.sources import mkqa
from isoglot.errors import RequestError

CORPUS = [
    {"_id": "doc0", "title": "Hear You Knocking", "text": "It was a hit for dave  EDMUNDS in 1970."},
    {"_id": "doc1", "title": "Dave Edmunds", "text": "A Welsh singer."},
    {"_id": "doc2", "title": "", "text": "Edmunds, Dave; David Edmundson sang too."},
    {"_id": "doc3", "title": "", "text": "Pelé's 1,281 goals."},
]


def question(number: int, answers: list[dict[str, Any]], **queries: str) -> dict[str, Any]:
    return {"query": queries["en"], "example_id": number, "queries": queries,
            "answers": {"en": answers, "zh_cn": [{"type": "entity", "text": "戴维 "}]}}  # fmt: skip


ROWS = [
    question(563260143484355911, [{"type": "entity", "entity": "Q545186", "text": "Dave Edmunds", "aliases": []}],
             en="who sings i hear you knocking", ru="кто поет", zh_cn="谁演唱的", zh_hk="邊個唱", zh_tw="誰演唱"),
    question(-7449157003522518870, [{"type": "number", "text": "1281", "aliases": ["1,281"]}], en="how many goals"),
    question(3, [{"type": "unanswerable", "text": None}], en="what is it"),
    question(4, [{"type": "binary", "text": "yes"}], en="is it a hit"),
    question(5, [{"type": "entity", "text": "Elvis"}], en="who is not here"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with gzip.open(tmp_path / "mkqa.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(doc) + "\n" for doc in CORPUS), encoding="utf-8")
    return tmp_path


def judged(collection: Any) -> set[tuple[str, str]]:
    return set(zip(*(collection.qrels[c].to_pylist() for c in ("topic_id", "passage_id")), strict=True))


def test_a_passage_is_relevant_that_contains_an_english_answer_as_words(folder: Path) -> None:
    collection = mkqa.read(folder, "mkqa")
    assert judged(collection) == {  # not doc2: other order, and "Edmundson" is another word
        ("563260143484355911", "doc0"),
        ("563260143484355911", "doc1"),
        ("-7449157003522518870", "doc3"),
    }
    assert collection.qrels["relevance"].to_pylist() == [1, 1, 1]
    assert (collection.licence, collection.evaluation_only) == ("CC BY-SA 3.0", True)


def test_questions_without_a_passage_are_left_out_and_counted(folder: Path) -> None:
    collection = mkqa.read(folder, "mkqa")
    assert collection.topics == ["563260143484355911", "-7449157003522518870"]
    assert collection.notes == ("3 questions were left out: no textual answer, or no passage that contains it.",)


def test_one_topic_is_asked_in_all_its_languages_over_one_english_corpus(folder: Path) -> None:
    collection = mkqa.read(folder, "mkqa")
    asked = [row for row in collection.queries.to_pylist() if row["topic_id"] == "563260143484355911"]
    assert {row["language"]: row["text"] for row in asked} == {
        "en": "who sings i hear you knocking", "ru": "кто поет", "zh": "谁演唱的", "zh-HK": "邊個唱", "zh-TW": "誰演唱",
    }  # fmt: skip
    assert set(collection.passages["language"].to_pylist()) == {"en"}
    assert collection.passages["passage_id"].to_pylist() == ["doc0", "doc1", "doc2", "doc3"]


@pytest.mark.parametrize(
    "content",
    ["query-id\tcorpus-id\tscore\n3\tdoc2\t1\n5\tdoc0\t0\n", "3\t0\tdoc2\t1\n5\t0\tdoc0\t0\n"],
    ids=["BEIR", "TREC"],
)
def test_given_qrels_decide_instead_of_answers(folder: Path, content: str) -> None:
    (folder / "qrels.tsv").write_text(content)
    collection = mkqa.read(folder, "mkqa")
    assert collection.topics == ["3", "5"]
    assert judged(collection) == {("3", "doc2"), ("5", "doc0")}
    assert collection.qrels["relevance"].to_pylist() == [1, 0]
    assert collection.notes == ("3 questions were left out: no judgment.",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("3\tdoc2\t1\n77\tdoc2\t1\n", "mkqa: qrels row 1 judges the topic_id '77'"),
        ("77\tdoc2\t1\n", "has no question for MKQA: all 5 have no judgment"),
        ("3\tdoc2\tx\n", r"qrels\.tsv line 1 has the relevance 'x'"),
        ("3\tdoc2\n", r"qrels\.tsv line 1 has 2 columns"),
    ],
)
def test_wrong_qrels_are_named(folder: Path, content: str, sentence: str) -> None:
    (folder / "qrels.tsv").write_text(content)
    with pytest.raises(RequestError, match=sentence):
        mkqa.read(folder, "mkqa")


def has_answer(answers: list[str], text: str) -> bool:
    """The definition, said otherwise: a stretch of the text's words is the answer's words."""

    def words(raw: str) -> list[str]:
        spaced = "".join(c if c.isalnum() or c.isspace() else f" {c} " for c in raw.lower())
        return spaced.split()

    stretches = [words(text)[a:b] for a in range(len(words(text)) + 1) for b in range(a + 1, len(words(text)) + 1)]
    return any(words(answer) in stretches for answer in answers if words(answer))


@given(
    answers=st.dictionaries(st.sampled_from("tuv"), st.lists(st.text("aAbé1-,. ", max_size=6), max_size=3)),
    texts=st.lists(st.text("aAbé1-,. \n", max_size=16), min_size=1, max_size=5),
)
def test_judgments_are_those_of_a_search_through_every_stretch(answers: dict[str, list[str]], texts: list[str]) -> None:
    topics: dict[tuple[str, ...], list[str]] = {}
    for topic, each in answers.items():
        for words in dict.fromkeys(mkqa.words_of(answer) for answer in each):
            if words:
                topics.setdefault(words, []).append(topic)
    ids = [f"p{number}" for number in range(len(texts))]
    passages = pa.table({"passage_id": ids, "title": [""] * len(texts), "text": texts})
    expected = [(t, p) for p, text in zip(ids, texts, strict=True) for t in answers if has_answer(answers[t], text)]
    found = mkqa.answered(passages, topics).to_pylist()
    assert sorted((row["topic_id"], row["passage_id"]) for row in found) == sorted(expected)


def test_accents_match_however_they_are_encoded() -> None:
    assert mkqa.words_of("Pele\u0301") == mkqa.words_of("PELÉ") == ("pelé",)


BROKEN = {
    "no answers": lambda row: row.pop("answers"),
    "no English answers": lambda row: row["answers"].pop("en"),
    "no queries": lambda row: row.pop("queries"),
    "no id": lambda row: row.pop("example_id"),
    "a query that is a number": lambda row: row["queries"].update(en=3),
    "queries in a list": lambda row: row.update(queries=[]),
    "an answer that is text": lambda row: row["answers"].update(en=["Dave"]),
    "an answer without a type": lambda row: row["answers"]["en"][0].pop("type"),
    "an answer that is a number": lambda row: row["answers"]["en"][0].update(text=3),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN.keys())
def test_a_malformed_line_is_named(folder: Path, damage: Any) -> None:
    broken = json.loads(json.dumps(ROWS[0]))
    damage(broken)
    (folder / "mkqa.jsonl").write_text("".join(json.dumps(row) + "\n" for row in (ROWS[1], broken)))
    with pytest.raises(RequestError, match=r"mkqa\.jsonl line 2 is not in MKQA's format") as caught:
        mkqa.read(folder, "mkqa")
    assert "\n" not in str(caught.value)


def test_missing_files_and_a_corpus_that_answers_nothing_are_named(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text('{"_id": "x", "title": "", "text": "nothing"}\n')
    with pytest.raises(RequestError, match="all 5 have no textual answer, or no passage that contains it"):
        mkqa.read(folder, "mkqa")
    (folder / "corpus.jsonl").unlink()
    with pytest.raises(RequestError, match=r"holds no corpus\.jsonl"):
        mkqa.read(folder, "mkqa")
    (folder / "mkqa.jsonl.gz").unlink()
    with pytest.raises(RequestError, match=r"holds no mkqa\.jsonl"):
        mkqa.read(folder, "mkqa")
