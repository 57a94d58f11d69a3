"""What is saved comes back whole; what was damaged or killed half-way is never taken for a collection."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from isoglot.data import Collection, storage
from isoglot.errors import RequestError


@pytest.fixture
def folder(tiny: Collection, tmp_path: Path) -> Path:
    storage.save(tiny, tmp_path / "saved")
    return tmp_path / "saved"


def test_round_trip(tiny: Collection, folder: Path) -> None:
    back = storage.load(folder)
    for label in ("queries", "passages", "qrels"):
        assert getattr(back, label).to_pylist() == getattr(tiny, label).to_pylist()
    assert back.passages["parallel_id"].to_pylist() == ["g1", "g1", None, None]
    assert (back.name, back.licence, back.source, back.evaluation_only) == ("tiny", "CC0-1.0", "by hand", False)
    assert back.content_hash == tiny.content_hash


def test_round_trip_of_unusual_but_valid_tables(tiny: Collection, tmp_path: Path) -> None:
    turned = Collection(
        "tür\nkçe 🙂",
        tiny.queries.select(tiny.queries.column_names[::-1]),
        tiny.passages.append_column("url", [["a", "b", "c", "d"]]),
        tiny.qrels,
        evaluation_only=True,
    )
    storage.save(turned, tmp_path / "c")
    back = storage.load(tmp_path / "c")
    assert (back.name, back.evaluation_only) == ("tür\nkçe 🙂", True)
    assert back.queries.select(tiny.queries.column_names).to_pylist() == tiny.queries.to_pylist()


def test_the_same_collection_gives_the_same_bytes(tiny: Collection, folder: Path, tmp_path: Path) -> None:
    storage.save(tiny, tmp_path / "again")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["collection.json", "passages.parquet", "qrels.parquet", "queries.parquet"]
    assert all((folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in names)


def test_exclusions_are_saved_where_there_are_any(rows: dict, folder: Path, tmp_path: Path) -> None:
    assert not (folder / "exclusions.parquet").exists()
    excluded = [{"topic_id": "t1", "passage_id": "p2de"}]
    collection = Collection.from_rows("tiny", **rows, exclusions=excluded)
    storage.save(collection, tmp_path / "excluding")
    back = storage.load(tmp_path / "excluding")
    assert back.exclusions.to_pylist() == excluded
    assert back.content_hash == collection.content_hash


@pytest.mark.parametrize("change", ["dropped", "added"])
def test_changed_exclusions_are_detected(rows: dict, tmp_path: Path, change: str) -> None:
    collection = Collection.from_rows("tiny", **rows, exclusions=[{"topic_id": "t1", "passage_id": "p2de"}])
    storage.save(collection, tmp_path / "c")
    path = tmp_path / "c" / "exclusions.parquet"
    if change == "dropped":
        path.unlink()
    else:
        more = Collection.from_rows("tiny", **rows, exclusions=[{"topic_id": "t2", "passage_id": "p3de"}]).exclusions
        pq.write_table(more, path)
    with pytest.raises(RequestError, match="was changed after it was saved"):
        storage.load(tmp_path / "c")


def test_a_changed_cell_is_detected(folder: Path) -> None:
    table = pq.read_table(folder / "qrels.parquet")
    pq.write_table(table.set_column(2, "relevance", [[1, 1, 2, 1]]), folder / "qrels.parquet")
    with pytest.raises(RequestError, match="was changed after it was saved"):
        storage.load(folder)


def test_a_dropped_row_is_detected(folder: Path) -> None:
    pq.write_table(pq.read_table(folder / "passages.parquet").slice(0, 3), folder / "passages.parquet")
    with pytest.raises(RequestError, match="'p3de'"):
        storage.load(folder)


@pytest.mark.parametrize("name", ["queries.parquet", "passages.parquet", "qrels.parquet"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(RequestError, match=f"{name} is missing"):
        storage.load(folder)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"holds no collection\.json"):
        storage.load(tmp_path)


@pytest.mark.parametrize("about", ["", "{", "null", "3", "[]", '"x"', "{}", '{"name": "x"}', '{"content_hash": 1}'])
def test_a_damaged_description_is_one_sentence(folder: Path, about: str) -> None:
    (folder / "collection.json").write_text(about)
    with pytest.raises(RequestError, match="saved"):
        storage.load(folder)


def test_an_unknown_field_is_an_error(folder: Path) -> None:
    about = json.loads((folder / "collection.json").read_text())
    (folder / "collection.json").write_text(json.dumps({**about, "colour": "red"}))
    with pytest.raises(RequestError, match="colour"):
        storage.load(folder)


def test_a_missing_column_is_an_error(folder: Path) -> None:
    pq.write_table(pq.read_table(folder / "passages.parquet").drop_columns(["title"]), folder / "passages.parquet")
    with pytest.raises(RequestError, match="title"):
        storage.load(folder)


def test_damage_anywhere_in_a_file_is_a_request_error_or_harmless(tiny: Collection, folder: Path) -> None:
    path = folder / "passages.parquet"
    whole = path.read_bytes()
    for position in range(0, len(whole), 7):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x5A]) + whole[position + 1 :])
        try:
            assert storage.load(folder).content_hash == tiny.content_hash
        except RequestError:
            continue
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RequestError):
        storage.load(folder)


def test_saving_twice_needs_overwrite(tiny: Collection, folder: Path) -> None:
    with pytest.raises(RequestError, match="--overwrite"):
        storage.save(tiny, folder)
    part = tiny.select_topics(["t2"])
    storage.save(part, folder, overwrite=True)
    assert storage.load(folder).content_hash == part.content_hash
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("overwrite", [False, True])
def test_saving_never_deletes_something_else(tiny: Collection, tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(RequestError, match="choose another"):
        storage.save(tiny, tmp_path, overwrite=overwrite)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError, OSError])
def test_a_save_killed_half_way_leaves_the_old_collection(
    tiny: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch, failure: type[BaseException]
) -> None:
    write = pq.write_table

    def die_at_qrels(table: Any, path: Path) -> None:
        write(table, path)
        if path.name == "qrels.parquet":
            raise failure

    monkeypatch.setattr(pq, "write_table", die_at_qrels)
    with pytest.raises(failure):
        storage.save(tiny.select_topics(["t2"]), folder, overwrite=True)
    assert storage.load(folder).content_hash == tiny.content_hash
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
