"""A name, `name=PATH`, folder or file becomes a collection, or one sentence says what to write instead."""

import json
from pathlib import Path

import pytest

from isoglot.data import Collection, storage
from isoglot.data.catalogue import SOURCES, open_collection
from isoglot.errors import RequestError

TOPIC = {"topic_id": "t", "parallel_id": "g", "text": {"en": {"query": "why?", "passage": "because"}}}


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(TOPIC) + "\n")
    return path


@pytest.mark.parametrize(
    ("name", "nearest"), [("xquad_r", "xquad-r"), ("worldfact", "worldfacts"), ("mlqar=/tmp", "mlqa-r")]
)
def test_an_unknown_name_suggests_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(RequestError, match=f"did you mean '{nearest}'"):
        open_collection(name)


@pytest.mark.parametrize("name", ["", "=", "zzzzzz", "=/tmp", "no/such/folder"])
def test_nonsense_lists_what_is_known(name: str) -> None:
    with pytest.raises(RequestError, match=r"Known: .*xquad-r"):
        open_collection(name)


@pytest.mark.parametrize("name", ["xquad-r", "mlqa-r/context", "parallel-qa", "xquad-r="])
def test_a_set_that_is_not_embedded_asks_for_its_path(name: str) -> None:
    with pytest.raises(RequestError, match=f"{name.strip('=')} needs a local copy; write {name.strip('=')}=PATH"):
        open_collection(name)


@pytest.mark.parametrize("given", ["worldfacts=/tmp", "worldfacts="])
def test_an_embedded_set_takes_no_path(given: str) -> None:
    with pytest.raises(RequestError, match="worldfacts is embedded and takes no path"):
        open_collection(given)


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="absent does not exist; xquad-r needs the folder"):
        open_collection(f"xquad-r={tmp_path / 'absent'}")
    with pytest.raises(RequestError, match=r"absent\.jsonl does not exist"):
        open_collection(str(tmp_path / "absent.jsonl"))


def test_a_folder_of_our_own_format(tiny: Collection, tmp_path: Path) -> None:
    storage.save(tiny, tmp_path / "tiny")
    assert open_collection(str(tmp_path / "tiny")).content_hash == tiny.content_hash
    with pytest.raises(RequestError, match=r"holds no collection\.json"):
        open_collection(str(tmp_path))


def test_a_path_may_hold_an_equals_sign(tiny: Collection, lines: Path, tmp_path: Path) -> None:
    folder = tmp_path / "alpha=0.5"
    storage.save(tiny, folder)
    assert open_collection(str(folder)).name == "tiny"
    moved = lines.rename(tmp_path / "a=b.jsonl")
    assert open_collection(str(moved)).topics == ["t"]
    assert open_collection(f"parallel-qa={moved}").topics == ["t"]


def test_lines_by_path_and_by_name(lines: Path) -> None:
    for text in (str(lines), f"parallel-qa={lines}"):
        collection = open_collection(text)
        assert (collection.name, collection.topics) == ("mine", ["t"])


def test_every_source_says_what_it_is() -> None:
    for name, source in SOURCES.items():
        assert source.description, name
        assert source.licence, name
