"""MIRACL's format: both layouts, hard negatives, equal ids that mean nothing, one sentence for what is malformed."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isoglot.data.sources import miracl
from isoglot.errors import RequestError

DOCS = [
    {"docid": "7#0", "title": "Lima", "text": "Lima ni mji mkuu wa Peru."},
    {"docid": "7#1", "title": "Lima", "text": "Ina wakazi milioni kumi."},
    {"docid": "12", "title": "Dodoma", "text": "Dodoma ni mji mkuu wa Tanzania."},
]
TOPICS = "12\tMji mkuu wa Peru ni upi?\n13\tMji mkuu wa Tanzania ni upi?\n"
QRELS = "12\tQ0\t7#0\t1\n12\tQ0\t7#1\t0\n13\tQ0\t12\t1\n"


def write_corpus(path: Path, docs: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(doc, ensure_ascii=False) + "\n" for doc in docs)
    return path


def write_hub(above: Path, split: str = "dev", language: str = "sw") -> Path:
    """The two repositories, as they lie on the hub."""
    for kind, content in (("topics", TOPICS), ("qrels", QRELS)):
        path = above / f"miracl-v1.0-{language}" / kind / f"{kind}.miracl-v1.0-{language}-{split}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    corpus = above / f"miracl-corpus-v1.0-{language}"
    write_corpus(corpus / "docs-0.jsonl.gz", DOCS[:2])
    write_corpus(corpus / "docs-1.jsonl.gz", DOCS[2:])
    return above


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    (tmp_path / "topics.tsv").write_text(TOPICS, encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(doc) + "\n" for doc in DOCS), encoding="utf-8")
    return tmp_path


def test_the_hub_layout_is_read_whole(tmp_path: Path) -> None:
    collection = miracl.read(write_hub(tmp_path), "sw", "miracl/sw")
    assert collection.passages.select(["passage_id", "title", "text"]).to_pylist() == [
        {"passage_id": doc["docid"], "title": doc["title"], "text": doc["text"]} for doc in DOCS
    ]
    assert collection.languages == ["sw"]
    assert collection.passages["parallel_id"].null_count == 3
    assert collection.query_texts == ["Mji mkuu wa Peru ni upi?", "Mji mkuu wa Tanzania ni upi?"]
    assert (collection.licence, collection.evaluation_only, collection.notes) == ("Apache-2.0", True, ())


def test_a_query_with_the_id_of_a_passage_loses_nothing(tmp_path: Path) -> None:
    collection = miracl.read(write_hub(tmp_path), "sw", "miracl/sw")
    assert "12" in collection.queries["query_id"].to_pylist()
    assert "12" in collection.passages["passage_id"].to_pylist()
    assert collection.exclusions.num_rows == 0
    assert {"topic_id": "13", "passage_id": "12", "relevance": 1} in collection.qrels.to_pylist()


def test_judged_negatives_are_kept(tmp_path: Path) -> None:
    judged = miracl.read(write_hub(tmp_path), "sw", "miracl/sw").qrels.to_pylist()
    assert {"topic_id": "12", "passage_id": "7#1", "relevance": 0} in judged
    assert len(judged) == 3


def test_clones_of_the_repositories_side_by_side_and_flat_files_are_the_same_collection(tmp_path: Path) -> None:
    hub = miracl.read(write_hub(tmp_path / "hub"), "sw", "m").content_hash
    clones = write_hub(tmp_path / "clones" / "miracl").parent
    (clones / "miracl" / "miracl-corpus-v1.0-sw").rename(clones / "miracl-corpus-v1.0-sw")
    assert miracl.read(clones, "sw", "m").content_hash == hub
    flat = tmp_path / "flat"
    flat.mkdir()
    for kind, content in (("topics", TOPICS), ("qrels", QRELS)):
        (flat / f"{kind}-dev.tsv").write_text(content, encoding="utf-8")
    columns = {name: [doc[name] for doc in DOCS] for name in ("docid", "title", "text")}
    pq.write_table(pa.table(columns | {"emb": [[0.5]] * 3}), flat / "part.parquet")
    assert miracl.read(flat, "sw", "m").content_hash == hub


def test_another_split_or_language_is_not_taken_for_the_one_asked_for(tmp_path: Path) -> None:
    write_hub(tmp_path, "train")
    assert miracl.read(tmp_path, "sw", "m", split="train").queries.num_rows == 2
    with pytest.raises(RequestError, match=r"holds 0 files topics\.miracl-v1\.0-sw-dev\.tsv"):
        miracl.read(tmp_path, "sw", "m")
    with pytest.raises(RequestError, match=r"holds 0 files topics\.miracl-v1\.0-yo-train\.tsv"):
        miracl.read(tmp_path, "yo", "m", split="train")
    flat = tmp_path / "flat"
    flat.mkdir()
    for kind in ("topics", "qrels"):
        file = next(tmp_path.glob(f"miracl-v1.0-sw/{kind}/*"))
        (flat / file.name).write_bytes(file.read_bytes())
    with pytest.raises(RequestError, match="holds 0 files"):
        miracl.read(flat, "sw", "m")


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    for part in write_hub(tmp_path).glob("miracl-corpus*/*"):
        part.unlink()
    with pytest.raises(RequestError, match=r"holds no corpus, neither miracl-corpus-v1\.0-sw/docs-\*"):
        miracl.read(tmp_path, "sw", "m")


def test_passages_without_text_are_left_out_and_counted(flat: Path) -> None:
    write_corpus(flat / "more.jsonl.gz", [
        {"docid": "8#0", "title": "", "text": " \n"},
        {"docid": "8#1", "text": ""},
        {"docid": "8#2", "title": "Only a title", "text": ""},
        {"docid": "8#3", "title": None, "text": "no title"},
    ])  # fmt: skip
    collection = miracl.read(flat, "sw", "m")
    assert collection.passages["passage_id"].to_pylist()[3:] == ["8#2", "8#3"]
    assert collection.passages["title"].to_pylist()[3:] == ["Only a title", ""]
    assert collection.notes == ("2 passages without any text were left out.",)


BROKEN = {
    "no JSON": (b"{oops", r"corpus\.jsonl line 4 is not JSON"),
    "half a line": (b'{"docid": "9", "text": "ha', r"corpus\.jsonl line 4 is not JSON"),
    "a list": (b'["9", "t", "x"]', r"corpus\.jsonl line 4 is not a JSON object"),
    "no id": (b'{"title": "t", "text": "x"}', r"corpus\.jsonl line 4 has the docid None"),
    "no text": (b'{"docid": "9", "title": "t"}', r"corpus\.jsonl line 4 has the text None"),
    "a number for an id": (b'{"docid": 9, "text": "x"}', r"corpus\.jsonl line 4 has the docid 9"),
    "a list for a title": (b'{"docid": "9", "title": [], "text": "x"}', r"corpus\.jsonl line 4 has the title \[\]"),
    "no UTF-8": (b'{"docid": "9", "text": "\xff"}', r"corpus\.jsonl cannot be read after line"),
    "half a character": (b'{"docid": "9", "text": "\\ud83d"}', r"corpus\.jsonl is no corpus with docid, title, text"),
}


@pytest.mark.parametrize(("line", "sentence"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_line_of_the_corpus_is_named(flat: Path, line: bytes, sentence: str) -> None:
    with (flat / "corpus.jsonl").open("ab") as corpus:
        corpus.write(line + b"\n")
    with pytest.raises(RequestError, match=sentence) as caught:
        miracl.read(flat, "sw", "m")
    assert "\n" not in str(caught.value)


def test_a_truncated_archive_and_other_columns_are_named(flat: Path) -> None:
    path = write_corpus(flat / "part.jsonl.gz", [{"docid": str(n), "text": f"{n * 7919}"} for n in range(99)])
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(RequestError, match=r"part\.jsonl\.gz cannot be read"):
        miracl.read(flat, "sw", "m")
    path.unlink()
    pq.write_table(pa.table({"id": ["1"], "text": ["x"]}), flat / "part.parquet")
    with pytest.raises(
        RequestError, match=r"part\.parquet is no corpus .*: it has the columns id, text but no docid\.$"
    ):
        miracl.read(flat, "sw", "m")


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [
        ("topics.tsv", "14", r"topics\.tsv line 3 has 1 columns; write query id and text"),
        ("topics.tsv", "14\ta\tb", r"topics\.tsv line 3 has 3 columns"),
        ("qrels.tsv", "12 Q0 12 1", r"qrels\.tsv line 4 has 1 columns; write topic, iteration"),
        ("qrels.tsv", "12\tQ0\t12\tyes", r"qrels\.tsv line 4 has the relevance 'yes'"),
        ("qrels.tsv", "12\tQ0\t12\t9999999999", r"qrels\.tsv line 4 has the relevance '9999999999'"),
        ("qrels.tsv", "12\tQ0\t12\t-1", "m: qrels row 3 has a relevance below 0"),
        ("qrels.tsv", "12\tQ0\t99#9\t1", "m: qrels row 3 judges the passage_id '99#9', which passages does not hold"),
        ("qrels.tsv", "99\tQ0\t7#0\t1", "m: qrels row 3 judges the topic_id '99', which queries does not hold"),
    ],
)
def test_a_broken_line_of_topics_or_qrels_is_named(flat: Path, file: str, line: str, sentence: str) -> None:
    with (flat / file).open("a", encoding="utf-8") as lines:
        lines.write(f"{line}\n\n")
    with pytest.raises(RequestError, match=sentence):
        miracl.read(flat, "sw", "m")


def test_a_query_keeps_its_quotes_and_windows_line_ends_are_no_text(flat: Path) -> None:
    (flat / "topics.tsv").write_bytes(b'12\t"Lima" ni nini?\r\n13\tx\r\n')
    assert miracl.read(flat, "sw", "m").query_texts == ['"Lima" ni nini?', "x"]
