"""BRIGHT's format: golds, exclusions and whole pages of a domain; one sentence for what is missing or malformed."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isoglot.data.sources import bright
from isoglot.errors import RequestError

DOCUMENTS = {"insects/Phototaxis_0.txt": "Moths turn.", "insects/Phototaxis_1.txt": "To light.", "sum/1.txt": "1 + 1"}
PAGES = {"insects/Phototaxis.txt": "Moths turn. To light.", "sum.txt": "1 + 1"}


def example(number: str, **more: Any) -> dict[str, Any]:
    return {
        "query": f"why {number}?", "reasoning": "", "id": number, "excluded_ids": ["N/A"],
        "gold_ids_long": ["insects/Phototaxis.txt"],
        "gold_ids": ["insects/Phototaxis_0.txt", "insects/Phototaxis_1.txt"], "gold_answer": "", **more,
    }  # fmt: skip


def write(folder: Path, part: str, rows: list[dict[str, Any]], domain: str = "biology") -> Path:
    path = folder / part / f"{domain}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    second = example("1", excluded_ids=["insects/Phototaxis_1.txt"], gold_ids=["sum/1.txt", "sum/1.txt"],
                     gold_ids_long=["sum.txt"])  # fmt: skip
    write(tmp_path, "examples", [example("0"), second])
    write(tmp_path, "documents", [{"id": name, "content": text} for name, text in DOCUMENTS.items()])
    write(tmp_path, "long_documents", [{"id": name, "content": text} for name, text in PAGES.items()])
    write(tmp_path, "documents", [{"id": "other", "content": "of another domain"}], "robotics")
    return tmp_path


def test_a_domain_is_read_with_its_golds_and_exclusions(folder: Path) -> None:
    collection = bright.read(folder, "bright/biology", "biology")
    assert dict(zip(*(collection.passages[c].to_pylist() for c in ("passage_id", "text")), strict=True)) == DOCUMENTS
    assert collection.query_texts == ["why 0?", "why 1?"]
    assert collection.languages == ["en"]
    assert collection.qrels.to_pylist() == [
        {"topic_id": "0", "passage_id": "insects/Phototaxis_0.txt", "relevance": 1},
        {"topic_id": "0", "passage_id": "insects/Phototaxis_1.txt", "relevance": 1},
        {"topic_id": "1", "passage_id": "sum/1.txt", "relevance": 1},
    ]
    assert collection.exclusions.to_pylist() == [{"topic_id": "1", "passage_id": "insects/Phototaxis_1.txt"}]
    assert (collection.licence, collection.evaluation_only) == ("CC BY 4.0", True)


def test_long_takes_whole_pages_and_their_golds(folder: Path) -> None:
    collection = bright.read(folder, "bright/biology/long", "biology", long=True)
    assert collection.passage_texts == list(PAGES.values())
    judged = [(row["topic_id"], row["passage_id"]) for row in collection.qrels.to_pylist()]
    assert judged == [("0", "insects/Phototaxis.txt"), ("1", "sum.txt")]
    assert collection.exclusions.num_rows == 0


def test_no_gold_is_no_judgment_as_no_exclusion_is_none(folder: Path) -> None:
    write(folder, "examples", [example("0"), example("1", gold_ids_long=["N/A"])])
    assert set(bright.read(folder, "b", "biology", long=True).qrels["topic_id"].to_pylist()) == {"0"}


def test_documents_in_several_files_and_large_strings_are_read(folder: Path) -> None:
    large = pa.schema([("id", pa.large_string()), ("content", pa.large_string())])
    rows = [{"id": "x", "content": "more"}, {"id": "blank", "content": " "}]
    pq.write_table(pa.Table.from_pylist(rows, large), folder / "documents" / "biology-00001-of-00002.parquet")
    collection = bright.read(folder, "b", "biology")
    assert collection.passages["passage_id"].to_pylist() == [*DOCUMENTS, "x"]
    assert collection.notes == ("1 passages without any text were left out.",)


def test_a_missing_domain_or_folder_names_what_is_there(folder: Path) -> None:
    with pytest.raises(RequestError, match=r"examples holds no chemistry-\*\.parquet; it has: biology\.$"):
        bright.read(folder, "b", "chemistry")
    write(folder, "examples", [example("0")], "robotics")
    with pytest.raises(RequestError, match=r"long_documents holds no robotics-\*\.parquet; it has: biology\.$"):
        bright.read(folder, "b", "robotics", long=True)
    with pytest.raises(RequestError, match=r"examples holds no biology-\*\.parquet; it has: nothing\.$"):
        bright.read(folder / "absent", "b", "biology")


def test_a_gold_that_is_not_there_or_is_excluded_is_named(folder: Path) -> None:
    write(folder, "examples", [example("0", gold_ids=["gone.txt"])])
    with pytest.raises(
        RequestError, match=r"b: qrels row 0 judges the passage_id 'gone\.txt', which passages does not"
    ):
        bright.read(folder, "b", "biology")
    write(folder, "examples", [example("0", excluded_ids=["sum/1.txt"], gold_ids=["sum/1.txt"])])
    with pytest.raises(RequestError, match=r"b: exclusions row 0 excludes 'sum/1\.txt', which is relevant"):
        bright.read(folder, "b", "biology")


@pytest.mark.parametrize("column", ["id", "query", "gold_ids", "excluded_ids"])
def test_a_missing_column_of_the_examples_is_named(folder: Path, column: str) -> None:
    row = example("0")
    del row[column]
    write(folder, "examples", [row])
    with pytest.raises(RequestError, match=rf"biology-0.*has not the columns id, query.*{column}") as caught:
        bright.read(folder, "b", "biology")
    assert "\n" not in str(caught.value)


def test_wrong_columns_and_broken_files_are_named(folder: Path) -> None:
    write(folder, "examples", [example("0", gold_ids="sum/1.txt")])
    with pytest.raises(RequestError, match=r"has not the columns .* of BRIGHT"):
        bright.read(folder, "b", "biology")
    write(folder, "examples", [example("0")])
    path = write(folder, "documents", [{"id": "1", "text": "x"}])
    with pytest.raises(RequestError, match=r"it has the columns id, text but no content"):
        bright.read(folder, "b", "biology")
    path.write_bytes(b"PAR1 no")
    with pytest.raises(RequestError, match=r"biology-00000-of-00001\.parquet is no corpus with id, content"):
        bright.read(folder, "b", "biology")
    write(folder, "documents", [{"id": "1", "content": None}, {"id": "2", "content": "x"}])
    with pytest.raises(RequestError, match=r"is no corpus with id, content: a row has no content"):
        bright.read(folder, "b", "biology")
