"""Parallel QA lines: what is read, what is left out, and the line at fault."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from isoglot.data import Collection
from isoglot.data.sources import parallel_qa
from isoglot.errors import RequestError


def line(topic: Any, group: Any, **texts: tuple[Any, Any]) -> dict[str, Any]:
    text = {code: {"query": query, "passage": passage} for code, (query, passage) in texts.items()}
    return {"topic_id": topic, "parallel_id": group, "text": text}


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def relevant(collection: Collection) -> set[tuple[str, str | None, str, str]]:
    """(topic, parallel id, language, text) of every judgment."""
    passages = {row["passage_id"]: row for row in collection.passages.to_pylist()}
    found = [(row["topic_id"], passages[row["passage_id"]]) for row in collection.qrels.to_pylist()]
    return {(topic, p["parallel_id"], p["language"], p["text"]) for topic, p in found}


def queries(collection: Collection) -> Counter[tuple[str, str, str]]:
    columns = (collection.queries[name].to_pylist() for name in ("topic_id", "language", "text"))
    return Counter(zip(*columns, strict=True))


def test_plain_and_gzipped_read_alike(tmp_path: Path) -> None:
    plain = write(tmp_path / "set.jsonl", line("t", "g", en=("a?", "a"), de=("ä?", "ä")))
    packed = tmp_path / "set.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    one, other = parallel_qa.read(plain), parallel_qa.read(packed)
    assert one.content_hash == other.content_hash
    assert (one.name, one.evaluation_only) == ("set", False)
    assert queries(one) == {("t", "en", "a?"): 1, ("t", "de", "ä?"): 1}
    assert relevant(one) == {("t", "g", "en", "a"), ("t", "g", "de", "ä")}


def test_a_repeated_topic_keeps_each_wording_once(tmp_path: Path) -> None:
    rows = line("t", "g", en=("a?", "a")), line("t", "h", en=("a?", "b")), line("t", "h", en=("other?", "b"))
    collection = parallel_qa.read(write(tmp_path / "s.jsonl", *rows))
    assert collection.topics == ["t"]
    assert queries(collection) == {("t", "en", "a?"): 1, ("t", "en", "other?"): 1}
    assert relevant(collection) == {("t", "g", "en", "a"), ("t", "h", "en", "b")}
    assert collection.passages.num_rows == 2


def test_a_repeated_parallel_id_shares_equal_text_and_keeps_other_text(tmp_path: Path) -> None:
    rows = line("t", "g", en=("a?", "a")), line("u", "g", en=("b?", "a")), line("v", "g", en=("c?", "another"))
    collection = parallel_qa.read(write(tmp_path / "s.jsonl", *rows))
    assert collection.passages.num_rows == 2
    assert relevant(collection) == {("t", "g", "en", "a"), ("u", "g", "en", "a"), ("v", "g", "en", "another")}


def test_ids_with_colons_do_not_collide(tmp_path: Path) -> None:
    rows = line("t", "t", en=("a?", "a")), line("t", "t", en=("b?", "b")), line("t:en", "t:en", en=("c?", "c"))
    more = line("t:en:1", "t:en:1", en=("d?", "d")), line("t:en", "t:en", de=("e?", "e"))
    collection = parallel_qa.read(write(tmp_path / "s.jsonl", *rows, *more))
    assert sum(queries(collection).values()) == collection.passages.num_rows == collection.qrels.num_rows == 5


def test_versions_without_a_query_or_a_passage_are_left_out(tmp_path: Path) -> None:
    rows = line("t", "g", en=("a?", "a"), de=("", "ä"), fr=("à?", "  ")), line("u", "h", en=("\n", "b"))
    collection = parallel_qa.read(write(tmp_path / "s.jsonl", *rows))
    assert queries(collection) == {("t", "en", "a?"): 1}
    assert relevant(collection) == {("t", "g", "en", "a")}
    assert [note.split()[0] for note in collection.notes] == ["3"]


@pytest.mark.parametrize("absent", [False, True])
def test_a_line_without_a_parallel_id_has_its_topics(tmp_path: Path, absent: bool) -> None:
    rows = [line("t", None, en=("a?", "a"), de=("ä?", "ä")), line("u", None, en=("b?", "b"))]
    rows = [{key: row[key] for key in row if not absent or key != "parallel_id"} for row in rows]
    collection = parallel_qa.read(write(tmp_path / "s.jsonl", *rows))
    assert relevant(collection) == {("t", "t", "en", "a"), ("t", "t", "de", "ä"), ("u", "u", "en", "b")}


def test_numbers_may_be_ids(tmp_path: Path) -> None:
    collection = parallel_qa.read(write(tmp_path / "s.jsonl", line(7, 8, en=("a?", "a"))))
    assert relevant(collection) == {("7", "8", "en", "a")}


GOOD = line("t", "g", en=("a?", "a"))


@pytest.mark.parametrize(
    "bad",
    [{"parallel_id": "g", "text": {}}, {"topic_id": "t", "parallel_id": "g"},
     {**GOOD, "text": ["a"]}, {**GOOD, "text": {"en": ["a?", "a"]}}, {**GOOD, "text": {"en": {"query": "a?"}}},
     {**GOOD, "text": {"en": {"passage": "a"}}}, {**GOOD, "text": {"en": None}}, line("t", "g", en=(3, "a")),
     line("t", "g", en=("a?", None)), line(None, "g", en=("a?", "a")), line(["t"], "g", en=("a?", "a")),
     line("t", {"g": 1}, en=("a?", "a")), line("t", "g", en=("", None)), line("t", "g", en=(None, "a"))],
    ids=str,
)  # fmt: skip
def test_a_line_of_another_shape_is_named(tmp_path: Path, bad: Any) -> None:
    path = write(tmp_path / "s.jsonl", GOOD, bad)
    with pytest.raises(RequestError, match=r"s\.jsonl line 2 is not a topic; a line needs topic_id and text"):
        parallel_qa.read(path)


@pytest.mark.parametrize("bad", ["{", "}", '{"topic_id": "t"', "nul"])
def test_a_line_that_is_not_json_is_named(tmp_path: Path, bad: str) -> None:
    path = write(tmp_path / "s.jsonl", GOOD, GOOD)
    path.write_text(path.read_text() + bad + "\n" + json.dumps(GOOD) + "\n")
    with pytest.raises(RequestError, match=r"s\.jsonl line 3 is not JSON") as caught:
        parallel_qa.read(path)
    assert "\n" not in str(caught.value)


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "s.jsonl", GOOD)
    path.write_text(f"\n{path.read_text()}\n   \n")
    assert parallel_qa.read(path).topics == ["t"]


@pytest.mark.parametrize("bad", [[], "text", 3, None])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, bad: Any) -> None:
    with pytest.raises(RequestError, match=r"line 2 is not a JSON object"):
        parallel_qa.read(write(tmp_path / "s.jsonl", GOOD, bad))


def test_wrong_bytes_are_one_sentence(tmp_path: Path) -> None:
    good = (json.dumps(GOOD) + "\n").encode()
    packed = gzip.compress(good * 2000 + bytes(range(256)) * 40)
    middle = len(packed) // 2
    damaged = packed[:middle] + b"\xff\xff\xff\xff" + packed[middle + 4 :]
    for content in (b"no gzip at all\n", packed[:middle], damaged, packed, b""):
        (tmp_path / "s.jsonl.gz").write_bytes(content)
        with pytest.raises(RequestError, match=r"s\.jsonl\.gz ") as caught:
            parallel_qa.read(tmp_path / "s.jsonl.gz")
        assert "\n" not in str(caught.value)
    (tmp_path / "s.jsonl").write_bytes(good + b'{"topic_id": "\xff"}\n')
    with pytest.raises(RequestError, match=r"s\.jsonl cannot be read"):
        parallel_qa.read(tmp_path / "s.jsonl")


def test_an_unpaired_surrogate_is_refused_by_row(tmp_path: Path) -> None:
    path = write(tmp_path / "s.jsonl", GOOD, line("u", "h", en=("b?", "\ud800")))
    with pytest.raises(RequestError, match="passages row 1"):
        parallel_qa.read(path)


def test_a_file_without_a_whole_topic_is_an_error(tmp_path: Path) -> None:
    for path in (write(tmp_path / "empty.jsonl"), write(tmp_path / "blank.jsonl", line("t", "g", en=("", "a")))):
        with pytest.raises(RequestError, match="holds no topic"):
            parallel_qa.read(path)


def test_a_code_that_is_not_canonical_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"queries row 1.*'pt_BR'.*'pt-BR'"):
        parallel_qa.read(write(tmp_path / "s.jsonl", line("t", "g", en=("a?", "a"), pt_BR=("a?", "a"))))


def test_help_pages_have_their_published_size(shared_data: Path) -> None:
    collection = parallel_qa.read(shared_data / "help-pages" / "help-pages.jsonl.gz")
    assert len(collection.topics) == 9741
    assert collection.qrels.num_rows == 168_852
    assert len(collection.languages) == 24
    assert collection.name == "help-pages"
