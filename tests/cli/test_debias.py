"""`isoglot debias` as a person uses it."""

import inspect
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from isoglot.cli.debias import debias
from isoglot.data.catalogue import open_collection
from isoglot.models.debias import KINDS, fit_correction, load_correction
from isoglot.models.debias.fit import COMPONENTS
from isoglot.models.debias.sample import TEXTS
from isoglot.models.load import load_model

Isoglot = Callable[..., tuple[int, str, str]]


def test_defaults_are_those_of_the_library(isoglot: Isoglot) -> None:
    code, out, _ = isoglot("debias", "--help")
    assert code == 0
    assert f"(default {COMPONENTS})" in " ".join(out.split())
    assert inspect.signature(debias).parameters["texts"].default == TEXTS


@pytest.mark.parametrize("kind", KINDS)
def test_model_and_correction_are_saved_together(kind: str, isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, err = isoglot("debias", "isoglot/static", "--method", kind, "--fit", corpus, "--out", out)
    assert (code, err) == (0, "")
    assert f"{kind} fitted on toy: 3 query languages (fewest texts: 30 in de)" in said
    assert str(out) in said
    found, model = load_correction(out), load_model(str(out))
    expected = fit_correction(model, open_collection(str(corpus)), kind)
    assert (found.source, found.content_hash) == (str(corpus), open_collection(str(corpus)).content_hash)
    np.testing.assert_array_equal(found.query.removed, expected.query.removed)
    np.testing.assert_array_equal(found.passage.removed, expected.passage.removed)


def test_options_reach_the_fit_and_the_model(isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    command = ("debias", "isoglot/static", "--method", "lir", "--fit", corpus, "--out", tmp_path / "out")
    code, _, err = isoglot(*command, "--components", "3", "--texts", "5", "--query-prompt", "ask: ")
    assert (code, err) == (0, "")
    found = load_correction(tmp_path / "out")
    assert found.query.removed.shape == (4, 3, 256)
    assert found.query.texts == (5, 5, 5)
    assert load_model(str(tmp_path / "out")).prompts["query"] == "ask: "


def test_corrected_folder_is_replaced_only_when_asked_and_may_be_its_own_start(
    isoglot: Isoglot, corpus: Path, tmp_path: Path
) -> None:
    command = ("debias", "isoglot/static", "--method", "centre", "--fit", corpus, "--out", tmp_path / "out")
    assert isoglot(*command)[0] == 0
    code, out, err = isoglot(*command)
    assert (code, out) == (2, "")
    assert "--overwrite" in err
    again = ("debias", tmp_path / "out", "--method", "shift", "--fit", corpus, "--out", tmp_path / "out", "--overwrite")
    assert isoglot(*again)[0] == 0
    assert load_correction(tmp_path / "out").kind == "shift"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--method": "center"}, "did you mean 'centre'?"),
        ({"--fit": "worldfacts/held-out"}, "evaluation only"),
        ({"--fit": "no-such.jsonl"}, "no-such.jsonl"),
        ({"--components": "2"}, "centre removes no components"),
        ({"--method": "lir", "--components": "256"}, "256 dimensions"),
        ({"--method": "lir", "--components": "0"}, "--components"),
        ({"--texts": "0"}, "--texts"),
    ],
)
def test_wrong_request_is_one_line_and_nothing_is_written(
    changed: dict[str, str], said: str, isoglot: Isoglot, corpus: Path, tmp_path: Path
) -> None:
    options = {"--method": "centre", "--fit": str(corpus), "--out": str(tmp_path / "out"), **changed}
    code, out, err = isoglot("debias", "isoglot/static", *(part for option in options.items() for part in option))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", ["--method", "--fit", "--out"])
def test_options_that_decide_everything_have_no_default(
    wrong: str, isoglot: Isoglot, corpus: Path, tmp_path: Path
) -> None:
    options = {"--method": "centre", "--fit": str(corpus), "--out": str(tmp_path / "out")}
    del options[wrong]
    code, _, err = isoglot("debias", "isoglot/static", *(part for option in options.items() for part in option))
    assert code == 2
    assert wrong in err
