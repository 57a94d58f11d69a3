"""`isoglot index` and `isoglot unindex` as a person uses them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from isoglot.cli.index import index
from isoglot.models.static import static_encoder
from isoglot.search.build.request import PASSAGE_CHARACTERS
from isoglot.search.documents.table import Columns

Isoglot = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    static_encoder(["the river ends in the sea", "der Fluss endet im Meer"], 0).save_pretrained(str(folder))
    return folder


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "en.txt").write_text("The river runs through the old town and ends in the sea.")
    (folder / "de.md").write_text("# Fluss\n\nDer Fluss fließt durch die alte Stadt und mündet ins Meer.")
    (folder / "junk.txt").write_bytes(b"\0")
    return folder


def test_defaults_are_those_of_the_library(isoglot: Isoglot) -> None:
    code, out, _ = isoglot("index", "--help")
    assert code == 0
    assert f"(default {PASSAGE_CHARACTERS})" in " ".join(out.split())
    assert index.__kwdefaults__["text_column"] == Columns().text


def test_a_folder_is_indexed_changed_and_emptied(
    isoglot: Isoglot, documents: Path, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "index"
    code, said, err = isoglot("index", documents, "--model", model, "--out", out)
    assert (code, err) == (0, "")
    assert "Documents: 2 added, 0 replaced, 0 deleted, 0 unchanged." in said
    assert "docs/junk.txt: is binary." in said
    assert "Every question is compared with every vector." in said
    (documents / "en.txt").write_text("The river is gone.")
    (documents / "de.md").unlink()
    assert "0 added, 1 replaced, 1 deleted, 0 unchanged" in isoglot("index", documents, "--out", out)[1]
    code, said, _ = isoglot("unindex", out, "docs/en.txt")
    assert (code, said) == (0, "Passages deleted: 1; left: 0 (version 5).\n")
    assert "1 added, 0 replaced, 0 deleted" in isoglot("index", documents, "--out", out)[1]
    assert isoglot("unindex", out, "--from", documents)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["index", "absent", "--out", "o"], "neither a file, a folder nor the name of a collection"),
        (["index", ".", "--out", "o"], "name one with --model"),
        (["index", ".", "--out", "o", "--model", "isoglot/static"], "trains its tokenizer"),
        (["index", ".", "--out", "o", "--languages", "xx,de"], "no detector of language 'xx'"),
        (["unindex", "o", "a"], "o holds no index"),
        (["unindex", "o"], "name the documents to delete"),
    ],
)
def test_wrong_requests_are_one_sentence(
    arguments: list[str], said: str, isoglot: Isoglot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = isoglot(*arguments)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1
    assert not (tmp_path / "o").exists()
