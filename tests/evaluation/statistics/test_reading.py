"""Systems from folders: what is read, and one sentence for every folder that cannot be compared."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from made_systems import parallel_rows, table

from isoglot.errors import RequestError
from isoglot.evaluation.statistics.compare import compare
from isoglot.evaluation.statistics.reading import name_and_folders, read_systems

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Make a folder as `isoglot evaluate` writes it."""

    def make(name: str, value: float = 0.5, content_hash: str = "a" * 64) -> Path:
        (tmp_path / name).mkdir()
        about = {"collection": "made", "content_hash": content_hash}
        (tmp_path / name / "scores.json").write_text(json.dumps(about))
        pq.write_table(table(parallel_rows(3), AP=np.full(3, value)), tmp_path / name / "per_query.parquet")
        return tmp_path / name

    return make


def test_folder_and_named_seeds_are_read(folder: Folder) -> None:
    one, two, three = (folder(name, value) for name, value in (("one", 0.1), ("two", 0.2), ("three", 0.3)))
    base, other = read_systems([str(one), f"hybrid={two},{three}"])
    assert (base.name, other.name) == (str(one), "hybrid")
    assert [run["AP"][0].as_py() for run in (*base.runs, *other.runs)] == [0.1, 0.2, 0.3]
    assert (other.collection, other.content_hash) == ("made", "a" * 64)


def test_existing_folder_with_an_equals_sign_is_a_folder(folder: Folder) -> None:
    path = folder("alpha=0.5,seed=1")
    assert name_and_folders(str(path)) == (str(path), [path])


@pytest.mark.parametrize("text", ["name=", "=DIR", "name=DIR,", "="])
def test_lacking_name_or_folder_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match=f"'{text}' lacks a name or a folder"):
        name_and_folders(text)


def test_systems_and_seeds_of_different_collections_are_refused(folder: Folder) -> None:
    one, two = folder("one"), folder("two", content_hash="b" * 64)
    base, other = read_systems([str(one), f"x={two}"])
    with pytest.raises(
        RequestError, match=r"one was evaluated on made \(aaaaaaaaaaaa\) and x on made \(bbbbbbbbbbbb\)"
    ):
        compare(base, [other])
    with pytest.raises(RequestError, match=r"one was evaluated on .*two on"):
        read_systems([f"x={one},{two}"])


def test_repeated_names_and_folders_are_refused(folder: Folder) -> None:
    one, two = folder("one"), folder("two")
    with pytest.raises(RequestError, match="2 systems are called 'x'"):
        read_systems([f"x={one}", f"x={two}"])
    with pytest.raises(RequestError, match=r"x names .*one 2 times"):
        read_systems([f"x={one},{one}/../one"])


def test_folder_without_an_evaluation_is_refused(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"nowhere holds no scores\.json"):
        read_systems([str(folder("one")), str(tmp_path / "nowhere")])


def test_an_experiment_is_refused_with_an_evaluation_inside_it(folder: Folder, tmp_path: Path) -> None:
    place = folder("experiment") / "cells/hybrid-1/evaluations"
    place.mkdir(parents=True)
    for name in ("per_query.parquet", "scores.json"):
        (tmp_path / "experiment" / name).unlink()
    folder("one").rename(place / "xquad-r")
    with pytest.raises(RequestError, match=r"experiment holds no scores\.json; .*, such as .*/evaluations/xquad-r\.$"):
        read_systems([str(tmp_path / "experiment")])


def test_means_of_a_group_are_refused_with_one_of_its_members(folder: Folder, tmp_path: Path) -> None:
    group = tmp_path / "group"
    group.mkdir()
    (group / "scores.json").write_text(json.dumps({"collection": "beir", "members": {"beir/scifact": {}}}))
    folder("one").rename(group / "scifact")
    with pytest.raises(RequestError, match=r"group holds the means of a group .*, such as .*/group/scifact\.$"):
        read_systems([str(group)])


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("scores.json", "{", "is not JSON"),
        ("scores.json", '{"collection": "made"}', "has no 'content_hash'"),
        ("scores.json", "[]", "has no 'collection'"),
        ("scores.json", '{"collection": "made", "content_hash": null}', "has no 'content_hash'"),
        ("per_query.parquet", "not parquet", "cannot be read"),
        ("per_query.parquet", None, "cannot be read"),
    ],
)
def test_broken_file_is_named(file: str, content: str | None, said: str, folder: Folder) -> None:
    path = folder("one")
    (path / file).unlink()
    if content is not None:
        (path / file).write_text(content)
    with pytest.raises(RequestError, match=said) as caught:
        read_systems([str(path)])
    assert file in str(caught.value)


def test_table_without_topics_is_refused(folder: Folder) -> None:
    path = folder("one")
    pq.write_table(pq.read_table(path / "per_query.parquet").drop_columns(["topic_id"]), path / "per_query.parquet")
    with pytest.raises(RequestError, match="has no column 'topic_id'"):
        read_systems([str(path)])
