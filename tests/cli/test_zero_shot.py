"""What an evaluation says of the data behind a model: earlier trainings, corrections, and models made from models."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Isoglot = Callable[..., tuple[int, str, str]]
TRAIN = ("--steps", "1", "--batch-size", "4", "--dev-topics", "0")


def write(folder: Path, name: str, seed: int) -> Path:
    """Ten topics in two languages, all of words of their own."""
    random = np.random.default_rng(seed)

    def text() -> str:
        return " ".join("".join(random.choice(list("abcdefghijklmnopqrstuvwxyz"), 7)) for _ in range(12))

    rows = [
        {"topic_id": f"{name}{number}", "text": {code: {"query": text(), "passage": text()} for code in ("de", "en")}}
        for number in range(10)
    ]
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> dict[str, Path]:
    """Collections without a text in common."""
    return {name: write(tmp_path, name, seed) for seed, name in enumerate(("first", "second", "held"))}


@pytest.fixture
def model(isoglot: Isoglot, data: dict[str, Path], tmp_path: Path) -> Path:
    """Trained on the first."""
    folder = tmp_path / "model"
    code, _, err = isoglot("train", "--model", "isoglot/static", "--train", data["first"], *TRAIN, "--out", folder)
    assert code == 0, err
    return folder


def said(isoglot: Isoglot, *arguments: str | Path) -> str:
    code, out, err = isoglot("evaluate", *arguments)
    assert code == 0, err
    return " ".join(out.split())


def test_the_training_before_this_one_counts(
    isoglot: Isoglot, model: Path, data: dict[str, Path], tmp_path: Path
) -> None:
    again = tmp_path / "again"
    code, _, err = isoglot("train", "--model", model, "--train", data["second"], *TRAIN, "--out", again)
    assert code == 0, err
    assert "No text of held is in second or first" in said(isoglot, again, data["held"])
    printed = said(isoglot, again, data["first"])
    assert printed.index("40 texts) leak from") < printed.index("distinct texts")  # before anything is encoded,
    assert printed.rindex("40 texts) leak from") > printed.index("Settings")  # and where it is looked for afterwards


def test_a_model_made_from_a_trained_one_keeps_its_record(
    isoglot: Isoglot, model: Path, data: dict[str, Path], tmp_path: Path
) -> None:
    made = tmp_path / "trimmed", tmp_path / "corrected"
    assert isoglot("trim", model, "--keep-from", data["held"], "--out", made[0])[0] == 0
    assert isoglot("debias", made[0], "--method", "centre", "--fit", data["second"], "--out", made[1])[0] == 0
    assert "No text of held is in first:" in said(isoglot, made[0], data["held"])
    assert "20 passages" in said(isoglot, made[0], data["first"])
    assert "No text of held is in first or second" in said(isoglot, made[1], data["held"])
    assert "20 passages" in said(isoglot, made[1], data["second"])


def test_what_a_correction_was_fitted_on_counts(
    isoglot: Isoglot, model: Path, data: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "scores"
    fitted = ("--debias", "centre", "--debias-fit", data["held"])
    printed = said(isoglot, model, data["held"], *fitted, "--out", out)
    assert "No text of held is in first:" in printed
    assert "20 passages" in printed
    leaking = {
        name: json.loads((out / name / "scores.json").read_text())["leakage"]["statement"] for name in (".", "centre")
    }
    assert leaking["."].startswith("No text")
    assert "20 passages" in leaking["centre"]
    printed = said(isoglot, "isoglot/static", data["held"], *fitted)
    assert "Not checked whether the model was trained on this collection" in printed
    assert printed.count("40 texts) leak from") == 2


def test_a_recipe_that_would_be_refused_today_still_tells_what_was_trained_on(
    isoglot: Isoglot, model: Path, data: dict[str, Path]
) -> None:
    record = json.loads((model / "training.json").read_text())
    record["recipe"] |= {"strategy": "mixed", "alpha_end": 0.1, "a field of earlier times": 1}
    (model / "training.json").write_text(json.dumps(record))
    assert "20 passages" in said(isoglot, model, data["first"])
