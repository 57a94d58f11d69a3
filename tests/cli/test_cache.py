"""`isoglot cache`: what it shows of the store and what it removes."""

import os
import re
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from isoglot.cli.cache import app
from isoglot.errors import RequestError
from isoglot.models.store import EmbeddingStore, SpaceKey

KEYS = {
    "some/model": SpaceKey("a1b2c3" + "0" * 58, "query", "Q [b] ", 128),
    "other": SpaceKey("f" * 64, "passage", "", None),
    "": SpaceKey("e" * 64, "passage", "", None),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ISOGLOT_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "140")
    return tmp_path / "embeddings"


@pytest.fixture
def filled(folder: Path) -> Path:
    """Three spaces, of which `other` was last used ten days ago."""
    for count, (name, key) in enumerate(KEYS.items(), start=1):
        space = EmbeddingStore(folder, name).space(key)
        space.add([f"text {number}" for number in range(count)], np.ones((count, 8), np.float32))
    ten_days_ago = time.time() - 10 * 86_400
    os.utime(folder / KEYS["other"].folder_name / "space.json", (ten_days_ago, ten_days_ago))
    return folder


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def names_left(folder: Path) -> set[str]:
    return {report.model_name for report in EmbeddingStore(folder).report()}


def test_an_empty_cache_says_so_and_where_it_would_be(folder: Path) -> None:
    assert call("show").output == f"0 vectors (0 bytes) in {folder}.\n"
    assert call("clear").output == f"Removed 0 vectors (0 bytes) from {folder}.\n"


def test_show_tells_every_space(filled: Path) -> None:
    heading, *rows, total = call("show").output.splitlines()
    assert " ".join(heading.split()) == "model hash role prompt max length texts size last used"
    by_model = {row.split()[0]: row for row in rows}
    today = time.strftime("%Y-%m-%d")
    row = by_model["some/model"]
    assert ("a1b2c3000000 " in row, " query " in row, " 'Q [b] ' " in row, " 128 " in row) == (True,) * 4
    assert today in row
    assert by_model["other"].split()[:4] == ["other", "f" * 12, "passage", "2"]
    assert today not in by_model["other"]
    assert by_model["e" * 12].split()[1:3] == ["passage", "3"]
    size = sum(path.stat().st_size for path in filled.rglob("*") if path.is_file())
    assert total == f"6 vectors ({size / 1000:.1f} kB) in {filled}."


def test_clear_removes_all(filled: Path) -> None:
    tomorrow = time.time() + 86_400
    os.utime(filled / KEYS["other"].folder_name / "space.json", (tomorrow, tomorrow))
    assert "Removed 6 vectors" in call("clear").output
    assert names_left(filled) == set()


@pytest.mark.parametrize("model", ["some/model", "a1b2", KEYS["some/model"].model])
def test_clear_removes_one_model_by_its_name_or_hash(filled: Path, model: str) -> None:
    assert "Removed 1 vector (" in call("clear", "--model", model).output
    assert names_left(filled) == {"other", ""}


@pytest.mark.parametrize("model", ["some", "a1", "b2c3", ""])
def test_a_model_that_is_not_stored_is_a_wrong_request(filled: Path, model: str) -> None:
    problem = call("clear", "--model", model).exception
    assert isinstance(problem, RequestError)
    assert re.search(r"(; known|\? Known): eeeeeeeeeeee, other, some/model\.$", str(problem))
    assert names_left(filled) == {"some/model", "other", ""}


@pytest.mark.parametrize(
    ("days", "left"), [("9", {"some/model", ""}), ("11", {"some/model", "other", ""}), ("0", set())]
)
def test_clear_removes_what_was_not_used_for_so_many_days(filled: Path, days: str, left: set[str]) -> None:
    assert call("clear", "--older-than", days).exit_code == 0
    assert names_left(filled) == left


def test_both_choices_hold_together(filled: Path) -> None:
    call("clear", "--older-than", "9", "--model", "some/model")
    assert names_left(filled) == {"some/model", "other", ""}
    call("clear", "--older-than", "9", "--model", "other")
    assert names_left(filled) == {"some/model", ""}


def test_exports_are_shown_and_go_with_their_model(filled: Path) -> None:
    exports = filled.parent / "onnx"
    for model in (KEYS["some/model"].model, "9" * 64):
        (exports / f"1-{model}").mkdir(parents=True)
        (exports / f"1-{model}" / "model.onnx").write_bytes(b"0" * 500)
    assert f"2 ONNX exports (1.0 kB) in {exports}." in call("show").output
    assert f"Removed 1 ONNX export (500 bytes) from {exports}." in call("clear", "--model", "some/model").output
    assert f"Removed 1 ONNX export (500 bytes) from {exports}." in call("clear", "--model", "9999").output
    assert list(exports.iterdir()) == []
    assert names_left(filled) == {"other", ""}
