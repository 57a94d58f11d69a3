"""BEIR's folder format: a tiny set in it by hand, the two real ones, and one sentence for what is malformed."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from isoglot.data import Collection
from isoglot.data.sources import beir
from isoglot.errors import RequestError

CORPUS = [
    {"_id": "1", "title": "Peru", "text": "Lima is its capital.", "metadata": {}},
    {"_id": "2", "title": "", "text": "It \u2028 rains.", "metadata": {"url": "https://example.org/2"}},
    {"_id": "3", "title": "Only a title", "text": ""},
    {"_id": "4", "title": " ", "text": "\n"},
    {"_id": "5", "text": "No title at all."},
]
QUERIES = [
    {"_id": "1", "text": "capital of Peru?", "metadata": {}},
    {"_id": "train-only", "text": "of another split"},
    {"_id": "q2", "text": "weather?"},
]
HEADER = "query-id\tcorpus-id\tscore"
QRELS = ["q2\t2\t2", "q2\t3\t0", "1\t5\t1"]


def write(folder: Path, corpus: list[Any] = CORPUS, queries: list[Any] = QUERIES, qrels: list[str] = QRELS) -> Path:
    """Write a set; lines that are text are written as they are."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for stem, rows in (("corpus", corpus), ("queries", queries)):
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (folder / f"{stem}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("\n".join([HEADER, *qrels]) + "\n", encoding="utf-8")
    return folder


def judgments(collection: Collection) -> list[tuple[str, str, int]]:
    return [tuple(row.values()) for row in collection.qrels.to_pylist()]


def test_judged_queries_and_all_passages_are_read(tmp_path: Path) -> None:
    collection = beir.read(write(tmp_path), "mini", licence="CC0-1.0")
    assert collection.queries.to_pylist() == [
        {"query_id": "1", "topic_id": "1", "language": "en", "text": "capital of Peru?"},
        {"query_id": "q2", "topic_id": "q2", "language": "en", "text": "weather?"},
    ]
    assert judgments(collection) == [("q2", "2", 2), ("q2", "3", 0), ("1", "5", 1)]
    assert collection.passage_texts == [
        "Peru\nLima is its capital.", "It \u2028 rains.", "Only a title\n", "No title at all."
    ]  # fmt: skip
    assert (collection.name, collection.licence, collection.evaluation_only) == ("mini", "CC0-1.0", True)


def test_a_passage_without_any_text_is_left_out_with_a_note(tmp_path: Path) -> None:
    collection = beir.read(write(tmp_path), "mini")
    assert collection.passages["passage_id"].to_pylist() == ["1", "2", "3", "5"]
    assert collection.notes == ("1 passages without any text were left out.",)


def test_equal_ids_mean_something_only_where_the_set_says_so(tmp_path: Path) -> None:
    assert beir.read(write(tmp_path), "mini").exclusions.num_rows == 0
    excluded = beir.read(tmp_path, "mini", own_id_excluded=True).exclusions
    assert excluded.to_pylist() == [{"topic_id": "1", "passage_id": "1"}]


@pytest.mark.parametrize(("score", "excluded"), [(1, 0), (0, 1)])
def test_an_own_id_is_not_excluded_where_it_is_relevant(tmp_path: Path, score: int, excluded: int) -> None:
    write(tmp_path, qrels=[*QRELS, f"1\t1\t{score}"])
    assert beir.read(tmp_path, "mini", own_id_excluded=True).exclusions.num_rows == excluded


def test_gzipped_files_read_the_same(tmp_path: Path) -> None:
    plain = beir.read(write(tmp_path), "mini")
    for stem in ("corpus", "queries"):
        path = tmp_path / f"{stem}.jsonl"
        (tmp_path / f"{stem}.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert beir.read(tmp_path, "mini").content_hash == plain.content_hash


def test_another_split_and_language(tmp_path: Path) -> None:
    (write(tmp_path) / "qrels" / "dev.tsv").write_text(f"{HEADER}\ntrain-only\t1\t1\n")
    collection = beir.read(tmp_path, "mini", split="dev", language="sw")
    assert (collection.topics, collection.languages) == (["train-only"], ["sw"])
    with pytest.raises(RequestError, match=r"train\.tsv does not exist; the splits there are: dev, test"):
        beir.read(tmp_path, "mini", split="train")


def test_a_score_below_zero_is_not_relevant_and_a_repeated_row_counts_once(tmp_path: Path) -> None:
    write(tmp_path, qrels=["q2\t2\t1", "q2\t2\t1", "q2\t3\t-1", "q2\t3\t0"])
    assert judgments(beir.read(tmp_path, "mini")) == [("q2", "2", 1), ("q2", "3", 0)]


def test_a_row_that_comes_twice_and_differs_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, qrels=["q2\t2\t1", "q2\t2\t2"])
    with pytest.raises(RequestError, match="repeats the judgment 'q2 -> 2'"):
        beir.read(tmp_path, "mini")


def many(lost: str) -> list[str]:
    """A hundred judgments, of which `lost` is one."""
    return [lost, *(f"q2\t{number}\t0" for number in range(100, 199))]


@pytest.mark.parametrize("lost", ["q2\tgone\t1", "nobody\t2\t1", "1\t4\t1"])
def test_few_judgments_of_what_is_missing_are_left_out_with_a_note(tmp_path: Path, lost: str) -> None:
    corpus = CORPUS + [{"_id": str(number), "text": "filler"} for number in range(100, 199)]
    collection = beir.read(write(tmp_path, corpus, qrels=many(lost)), "mini")
    assert collection.qrels.num_rows == 99
    assert collection.topics == ["q2"]
    first = " -> ".join(lost.split("\t")[:2])
    assert f"1 of 100 judgments were left out: their query or passage is missing (first {first})." in collection.notes


@pytest.mark.parametrize("left", [0, 98])
def test_more_of_them_are_a_wrong_file(tmp_path: Path, left: int) -> None:
    corpus = CORPUS + [{"_id": str(number), "text": "filler"} for number in range(100, 100 + left)]
    with pytest.raises(RequestError, match=rf"test\.tsv has {100 - left} of 100 judgments .*\(first q2 -> gone\)"):
        beir.read(write(tmp_path, corpus, qrels=many("q2\tgone\t1")), "mini")


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    (write(tmp_path) / missing).unlink()
    with pytest.raises(RequestError, match=f"holds no {missing}; give the folder of a BEIR set"):
        beir.read(tmp_path, "mini")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"test\.tsv does not exist; the splits there are: none"):
        beir.read(tmp_path, "mini")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"corpus": [*CORPUS, "{"]}, r"corpus\.jsonl line 6 is not JSON"),
        ({"corpus": [*CORPUS, "[]"]}, r"corpus\.jsonl line 6 is not a JSON object"),
        ({"corpus": [*CORPUS, {"title": "x", "text": "y"}]}, r"corpus\.jsonl line 6 has the _id None"),
        ({"corpus": [*CORPUS, {"_id": "9", "title": "x"}]}, r"corpus\.jsonl line 6 has the text None"),
        ({"corpus": [*CORPUS, {"_id": 9, "text": "x"}]}, r"corpus\.jsonl line 6 has the _id 9"),
        ({"corpus": [*CORPUS, {"_id": "9", "text": ["x"]}]}, r"corpus\.jsonl line 6 has the text \['x'\]"),
        ({"corpus": [*CORPUS, CORPUS[0]]}, r"mini: passages row 4 repeats the passage_id '1' of row 0"),
        ({"queries": [*QUERIES, "{"]}, r"queries\.jsonl line 4 is not JSON"),
        ({"queries": [*QUERIES, {"_id": "3"}]}, r"queries\.jsonl line 4 is not a query"),
        ({"queries": [*QUERIES, {"_id": 3, "text": "x"}]}, r"queries\.jsonl line 4 is not a query"),
        ({"queries": [*QUERIES, {"_id": "q2", "text": "x"}]}, r"line 4 gives the query 'q2' another text"),
        ({"qrels": [*QRELS, "q2\t2"]}, r"test\.tsv line 5 has 2 columns"),
        ({"qrels": [*QRELS, "q2\t5\tgood"]}, r"test\.tsv line 5 has the relevance 'good'"),
        ({"qrels": [*QRELS, "q2\t5\t0.5"]}, r"test\.tsv line 5 has the relevance '0.5'"),
    ],
)
def test_a_malformed_row_is_named(tmp_path: Path, rows: dict[str, list[Any]], said: str) -> None:
    with pytest.raises(RequestError, match=said) as caught:
        beir.read(write(tmp_path, **rows), "mini")
    assert "\n" not in str(caught.value)


def test_qrels_without_a_judgment_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="is empty"):
        beir.read(write(tmp_path, qrels=[]), "mini")


@pytest.mark.parametrize(("name", "sizes"), [("scifact", (5_183, 300, 339)), ("hotpotqa-9k", (9_221, 944, 1_888))])
def test_real_sets_have_their_published_sizes(shared_data: Path, name: str, sizes: tuple[int, int, int]) -> None:
    collection = beir.read(shared_data / "beir" / name, name)
    assert (collection.passages.num_rows, collection.queries.num_rows, collection.qrels.num_rows) == sizes
    assert len(collection.topics) == sizes[1]
    assert collection.notes == ()
    # each against its own file, read by the standard library
    lines = (shared_data / "beir" / name / "corpus.jsonl").read_text(encoding="utf-8").split("\n")
    rows = {row["_id"]: row for row in map(json.loads, filter(None, lines))}
    read = {row["passage_id"]: row for row in collection.passages.to_pylist()}
    assert {key: (row["title"], row["text"]) for key, row in rows.items()} == {
        key: (row["title"], row["text"]) for key, row in read.items()
    }
