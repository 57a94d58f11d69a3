"""The `isoglot data` commands around downloads, groups and families."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot.data import storage
from isoglot.data.entries import FAMILIES, GROUPS, SOURCES
from isoglot.errors import IsoglotError

Isoglot = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for downloads, whatever the user has fetched."""
    monkeypatch.setenv("ISOGLOT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def write_arguana(folder: Path) -> Path:
    """Two arguments, the second of which answers the first."""
    (folder / "qrels").mkdir(parents=True)
    texts = {"a": "We should.", "b": "We should not."}
    rows = [json.dumps({"_id": each, "title": "", "text": text}) for each, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows))
    (folder / "queries.jsonl").write_text(rows[0])
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\na\tb\t1\n")
    return folder


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every download brings ArguAna."""

    def download(_: Any, folder: Path, progress: Callable[[str, int, int | None], None]) -> None:
        for done in (1, 2):
            progress("arguana.zip", done, 2)
        (write_arguana(folder) / "download.json").write_text("[]")

    monkeypatch.setattr("isoglot.data.catalogue.download", download)


def test_list_folds_families_and_lists_their_members(isoglot: Isoglot) -> None:
    code, out, err = isoglot("data", "list")
    assert (code, err) == (0, "")
    assert "xquad-r/context=PATH" in out
    assert "worldfacts/held-out" in out
    flat = " ".join(out.split())
    assert "group beir/reasoning: hotpotqa, fever, climate-fever, scifact, arguana, webis-touche2020" in flat
    assert len(out.splitlines()) < 60
    for family in FAMILIES:
        assert f"isoglot data list {family}" in flat
        code, members, err = isoglot("data", "list", family)
        assert (code, err) == (0, "")
        assert all(name in members for name in SOURCES if name.startswith(f"{family}/"))
    listed = {name for name in SOURCES if name in out or name.partition("/")[0] in FAMILIES}
    assert listed == set(SOURCES)
    assert all(group in out for group in GROUPS)


def test_list_of_a_family_shows_size_licence_and_alias(isoglot: Isoglot) -> None:
    _, out, _ = isoglot("data", "list", "beir")
    flat = " ".join(out.split())
    assert "beir/touche-2020 is beir/webis-touche2020" in flat
    assert "CC BY-NC 2.0" in flat
    assert "300 queries" in flat
    code, _, err = isoglot("data", "list", "bier")
    assert (code, err.count("\n")) == (2, 1)
    assert "did you mean 'beir'?" in err


@pytest.mark.usefixtures("public")
def test_what_is_downloaded_opens_by_its_name(isoglot: Isoglot, home: Path) -> None:
    code, _, err = isoglot("data", "show", "beir/arguana")
    assert code == 2
    assert "isoglot data download beir/arguana" in err
    for _ in range(2):  # the second time it is there
        code, out, err = isoglot("data", "download", "beir/arguana")
        assert (code, err) == (0, "")
        assert out == f"beir/arguana is in {home / 'collections' / 'beir' / 'arguana'}.\n"
    code, out, _ = isoglot("data", "show", "beir/arguana")
    assert code == 0
    assert "1 exclusions" in " ".join(out.split())


@pytest.mark.usefixtures("public")
def test_download_of_a_group_names_every_member(isoglot: Isoglot, tmp_path: Path) -> None:
    code, out, _ = isoglot("data", "download", "beir/small", "--out", tmp_path / "small")
    assert code == 0
    assert [line.split(" is in ")[0] for line in out.splitlines()] == list(GROUPS["beir/small"])
    assert (tmp_path / "small" / "scidocs" / "corpus.jsonl").is_file()


def test_save_keeps_exclusions(isoglot: Isoglot, tmp_path: Path) -> None:
    folder = write_arguana(tmp_path / "arguana")
    code, _, _ = isoglot("data", "save", f"beir/arguana={folder}", "--out", tmp_path / "saved")
    assert code == 0
    saved = storage.load(tmp_path / "saved")
    assert saved.exclusions.to_pylist() == [{"topic_id": "a", "passage_id": "a"}]
    assert saved.name == "beir/arguana"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("download", "beir/scifacts"), "did you mean 'beir/scifact'?"),
        (("download", "beir/robust04"), "beir/robust04=PATH"),
        (("download", "worldfacts"), "embedded"),
        (("show", "beir/small"), "is a group of 5 collections"),
    ],
)
def test_a_wrong_request_is_one_line(isoglot: Isoglot, home: Path, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = isoglot("data", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert not home.exists()


def test_a_failed_download_is_one_line_and_exit_code_1(isoglot: Isoglot, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise IsoglotError("no network; run the same command again, it continues.")

    monkeypatch.setattr("isoglot.data.catalogue.download", fail)
    code, out, err = isoglot("data", "download", "beir/scifact")
    assert (code, err) == (1, "isoglot: no network; run the same command again, it continues.\n")
    assert out == ""
