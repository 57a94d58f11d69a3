"""`isoglot leakage`: a clean proof, leaks with their texts and exit code 1, and training data written without them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from isoglot.data import storage

Isoglot = Callable[..., tuple[int, str, str]]
SENTENCES = {
    "en": "The Nile flows north through eleven countries of Africa [into] the Mediterranean Sea.",
    "de": "Der Nil fließt durch elf Länder Afrikas nach Norden und mündet schließlich ins Mittelmeer.",
}


def write(path: Path, topics: dict[str, dict[str, str]]) -> Path:
    """A parallel QA file in which each topic has these passages and a query of its own."""
    rows = [
        {
            "topic_id": f"{path.stem}-{topic}",
            "text": {code: {"query": f"{topic} of {path.stem} {code}", "passage": text} for code, text in each.items()},
        }
        for topic, each in topics.items()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A training file, and an evaluation file with one of its passages inside a longer one."""
    train = write(tmp_path / "train.jsonl", {"nile": SENTENCES, "moon": {"en": "The moon has no air at all."}})
    return train, write(tmp_path / "test.jsonl", {"river": {"fr": f"Elle dit : {SENTENCES['de']} Et elle sourit."}})


def test_nothing_leaks(isoglot: Isoglot, files: tuple[Path, Path], tmp_path: Path) -> None:
    sun = write(tmp_path / "sun.jsonl", {"sun": {"en": "The sun is a star of middling size."}})
    lake = write(tmp_path / "lake.jsonl", {"lake": {"en": "Lake Titicaca lies high in the Andes."}})
    code, out, err = isoglot("leakage", files[0], sun, "--against", lake, "--out", tmp_path / "new" / "report.json")
    assert (code, err) == (0, "")
    assert "No text of lake is in train or sun: 8 x 2 texts" in " ".join(out.split())
    assert json.loads((tmp_path / "new" / "report.json").read_text())["clean"] is True


def test_leaks_are_shown_written_and_exit_code_1(isoglot: Isoglot, files: tuple[Path, Path], tmp_path: Path) -> None:
    train, held = files
    code, out, err = isoglot("leakage", train, "--against", held, "--out", tmp_path / "report.json")
    assert code == 1
    assert err.count("\n") == 1
    assert "--remove-to" in err
    shown = " ".join(out.split())
    assert "1 passage of test (2 texts) leaks from train, in pairs: 1 contained; topics that ask or need" in shown
    assert SENTENCES["de"] in shown
    assert "Elle dit" in shown
    found = json.loads((tmp_path / "report.json").read_text())
    assert found["clean"] is False
    assert found["reports"][0]["leaks"][0]["train"]["id"] == "train-nile:de"


def test_texts_with_markup_are_shown_as_they_are(isoglot: Isoglot, files: tuple[Path, Path], tmp_path: Path) -> None:
    held = write(tmp_path / "held.jsonl", {"x": {"en": SENTENCES["en"]}})
    _, out, _ = isoglot("leakage", files[0], "--against", held)
    assert "[into]" in out


def test_removal_writes_training_data_in_which_nothing_is_left(
    isoglot: Isoglot, files: tuple[Path, Path], tmp_path: Path
) -> None:
    train, held = files
    code, out, err = isoglot("leakage", train, "--against", held, "--remove-to", tmp_path / "clean")
    assert (code, err) == (0, "")
    assert "1 of 2 topics of train" in out
    assert "No text of test is in train: 2 x 2 texts" in out
    assert storage.load(tmp_path / "clean" / "train").topics == ["train-moon"]
    assert isoglot("leakage", tmp_path / "clean" / "train", "--against", held)[0] == 0


def test_several_evaluation_collections_are_checked(isoglot: Isoglot, files: tuple[Path, Path], tmp_path: Path) -> None:
    other = write(tmp_path / "other.jsonl", {"lake": {"en": "Lake Titicaca lies high in the Andes."}})
    code, out, _ = isoglot("leakage", files[0], "--against", other, "--against", files[1])
    assert code == 1
    assert "No text of other is in train" in " ".join(out.split())
    assert "1 passage of test (2 texts) leaks from train" in " ".join(out.split())


def test_wrong_requests_are_one_line_and_write_nothing(
    isoglot: Isoglot, files: tuple[Path, Path], tmp_path: Path
) -> None:
    train, held = files
    (tmp_path / "used" / "train").mkdir(parents=True)
    (tmp_path / "used" / "train" / "thesis.txt").touch()
    for arguments, said in (
        ((train,), "--against"),
        ((train, "--against", held, "--threshold", "0.2"), "0.2"),
        ((train, "--against", "no-such.jsonl"), "no-such.jsonl"),
        ((train, train, "--against", held, "--remove-to", tmp_path / "new"), "two training collections"),
        ((train, "--against", held, "--remove-to", tmp_path / "used"), "used"),
    ):
        code, out, err = isoglot("leakage", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1), err
        assert said in err
    assert not (tmp_path / "new").exists()


def test_data_that_leaks_in_every_topic_is_exit_code_1(isoglot: Isoglot, tmp_path: Path) -> None:
    train, held = (write(tmp_path / f"{name}.jsonl", {"nile": SENTENCES}) for name in ("train", "held"))
    code, _, err = isoglot("leakage", train, "--against", held, "--remove-to", tmp_path / "clean")
    assert code == 1
    assert "every topic of train leaks" in err
    assert not (tmp_path / "clean").exists()
