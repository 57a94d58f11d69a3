"""Collections and tables as documents."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isoglot.data import Collection, storage
from isoglot.errors import RequestError
from isoglot.search.documents import Columns, Document, Skipped, open_source
from toys import write_parallel_qa

ROWS = [
    {"id": 7, "text": "the river", "title": "T", "lang": "EN_us", "url": "http://x", "year": 2024, "none": None},
    {"id": "b", "text": "der Fluss", "title": None, "lang": "und", "url": "", "year": None, "none": None},
]


def write_json(path: Path) -> None:
    path.write_text("\n\n".join(map(json.dumps, ROWS)), encoding="utf-8")


def write_gzip(path: Path) -> None:
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, ROWS)).encode()))


def write_csv(path: Path, delimiter: str = ",") -> None:
    lines = [ROWS[0], *[{name: "" if value is None else value for name, value in row.items()} for row in ROWS]]
    texts = [delimiter.join(lines[0]), *[delimiter.join(map(str, row.values())) for row in lines[1:]]]
    path.write_text("\ufeff" + "\n".join(texts), encoding="utf-8")


def write_parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([{**row, "id": str(row["id"])} for row in ROWS]), path)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("t.jsonl", write_json),
        ("t.jsonl.gz", write_gzip),
        ("t.csv", write_csv),
        ("t.tsv", lambda path: write_csv(path, "\t")),
        ("semicolons.csv", lambda path: write_csv(path, ";")),
        ("t.parquet", write_parquet),
    ],
)
def test_columns_are_recognised_in_every_kind_of_table(
    name: str, write: Callable[[Path], None], tmp_path: Path
) -> None:
    write(tmp_path / name)
    first, second = open_source(str(tmp_path / name)).read()
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.document_id, first.text, first.title, first.language) == ("7", "the river", "T", "en-US")
    assert first.source == "http://x"
    assert str(first.metadata["year"]).removesuffix(".0") == "2024"
    assert (second.document_id, second.title, second.language, second.source) == ("b", "", None, name)


def read(path: Path, content: str | bytes, **columns: str) -> list[Document | Skipped]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(open_source(str(path), Columns(**columns)).read())


def test_other_columns_can_be_named(tmp_path: Path) -> None:
    row = json.dumps({"body": "river", "key": "k", "text": "other", "id": 1})
    (found,) = read(tmp_path / "t.jsonl", row, text="body", id="key")
    assert found == Document(document_id="k", text="river", source="t.jsonl", metadata={"text": "other", "id": 1})


def test_without_an_id_the_row_is_the_id(tmp_path: Path) -> None:
    found = read(tmp_path / "t.csv", "text\na\nb\n")
    assert [each.document_id for each in found if isinstance(each, Document)] == ["t.csv:1", "t.csv:2"]


@pytest.mark.parametrize("option", ["text", "id"])
def test_a_column_that_is_not_there_is_refused(option: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=f"no column 'zz'; give one of text, a with --{option}-column"):
        read(tmp_path / "t.csv", "text,a\n1,2\n", **{option: "zz"})


def test_rows_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    lines = [
        b"no json",
        b"[1]",
        b'{"text": "\xff"}',
        b'{"text": 3}',
        b'{"text": " "}',
        b'{"text": "good"}',
        b'{"title": "no text"}',
        b'{"text": "x", "lang": "Klingon!"}',
        b'{"text": "\\ud800"}',
    ]
    found = read(tmp_path / "t.jsonl", b"\n".join(lines))
    reasons = {each.name: each.reason for each in found if isinstance(each, Skipped)}
    assert reasons.pop("t.jsonl row 8").startswith("language 'Klingon!' is not a BCP-47 code")
    assert reasons == {
        "t.jsonl row 1": "is not JSON",
        "t.jsonl row 2": "is not a JSON object",
        "t.jsonl row 3": "is not UTF-8",
        "t.jsonl row 4": "has no text in text",
        "t.jsonl row 5": "holds no text",
        "t.jsonl row 7": "has no text in text",
        "t.jsonl row 9": "holds half a character (a surrogate)",
    }
    assert len(found) == len(lines)


def test_csv_rows_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    found = read(tmp_path / "t.csv", b'text,a\nx,1,2\n\xff,1\n"a\nb",1\n')
    assert [each.reason for each in found if isinstance(each, Skipped)] == [
        "has more values than the first line has columns",
        "is not UTF-8",
    ]
    assert [each.text for each in found if isinstance(each, Document)] == ["a\nb"]


@pytest.mark.parametrize(
    ("name", "content"), [("t.jsonl.gz", b"no gzip"), ("t.parquet", b"PAR1 no"), ("t.parquet", b"")]
)
def test_a_damaged_file_is_one_sentence(name: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read: "):
        read(tmp_path / name, content)


def test_a_collection_gives_its_passages(tiny: Collection, tmp_path: Path) -> None:
    storage.save(tiny, tmp_path / "tiny")
    found = list(open_source(str(tmp_path / "tiny")).read())
    assert found[0] == Document(
        document_id="p1en",
        text="Lima is it.",
        title="Peru",
        language="en",
        source="tiny",
        metadata={"parallel_id": "g1"},
    )
    assert found[2].metadata == {}
    assert len(found) == 4


def test_parallel_question_answering_is_a_collection(tmp_path: Path) -> None:
    write_parallel_qa(tmp_path / "qa.jsonl", 2)
    found = list(open_source(str(tmp_path / "qa.jsonl")).read())
    assert {each.language for each in found} == {"en", "de", "fr"}
    assert len(found) == 6
