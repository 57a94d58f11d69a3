"""`isoglot trim` and `isoglot untrim` as a person uses them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from isoglot.data.catalogue import open_collection
from isoglot.models.debias import load_correction
from isoglot.models.encode import encode
from isoglot.models.load import load_model
from toys import all_texts, save_xlm_roberta

Isoglot = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def xlm_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_xlm_roberta(tmp_path_factory.mktemp("models") / "xlm-r", all_texts(40, ("en", "de", "fr", "el")))


def test_trim_train_and_untrim(isoglot: Isoglot, xlm_roberta: Path, corpus: Path, tmp_path: Path) -> None:
    small, trained, whole = tmp_path / "small", tmp_path / "trained", tmp_path / "whole"
    command = ("trim", xlm_roberta, "--keep-from", corpus, "--languages", "de,fr", "--out", small)
    code, said, _ = isoglot(*command)
    about = json.loads((small / "trim.json").read_text())
    assert code == 0
    assert f"{about['before']['tokens']:,}" in said
    assert f"{about['after']['tokens']:,}" in said
    assert about["after"]["tokens"] < about["before"]["tokens"]
    assert (about["model"], about["languages"], about["texts"]) == (str(xlm_roberta), ["de", "fr"], 120)
    covered = open_collection(str(corpus)).select_languages(["de", "fr"]).passage_texts
    vectors = [encode(load_model(str(folder)), covered, "passage") for folder in (xlm_roberta, small)]
    np.testing.assert_array_equal(*vectors)

    options = ("--steps", "2", "--batch-size", "4", "--dev-topics", "0", "--learning-rate", "0.01")
    assert isoglot("train", "--model", small, "--train", corpus, *options, "--out", trained)[0] == 0
    code, said, _ = isoglot("untrim", trained, "--into", xlm_roberta, "--out", whole)
    assert code == 0
    assert f"{about['after']['tokens']:,} token vectors come from {trained}" in said
    assert json.loads((whole / "untrim.json").read_text())["tokens"] == about["after"]["tokens"]
    learnt = [encode(load_model(str(folder)), covered, "passage") for folder in (trained, whole)]
    np.testing.assert_array_equal(*learnt)
    assert not np.allclose(learnt[0], vectors[0], atol=1e-3)
    assert len(load_model(str(whole)).tokenizer) == about["before"]["tokens"]


def test_trimmed_folder_is_replaced_only_when_asked(isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    command = ("trim", "isoglot/static", "--keep-from", corpus, "--out", tmp_path / "out", "--query-prompt", "ask: ")
    assert isoglot(*command)[0] == 0
    code, out, err = isoglot(*command)
    assert (code, out) == (2, "")
    assert "--overwrite" in err
    assert isoglot(*command, "--overwrite")[0] == 0
    assert load_model(str(tmp_path / "out")).prompts["query"] == "ask: "


def test_correction_of_the_model_stays(isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    corrected, out = tmp_path / "corrected", tmp_path / "out"
    isoglot("debias", "isoglot/static", "--method", "centre", "--fit", corpus, "--out", corrected)
    assert isoglot("trim", corrected, "--keep-from", corpus, "--out", out)[0] == 0
    before, after = load_correction(corrected), load_correction(out)
    np.testing.assert_array_equal(before.query.removed, after.query.removed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--languages": "de,fra"}, "write 'fr'"),
        ({"--languages": "ge"}, "'ge'"),
        ({"--languages": "sw"}, "There is no language 'sw'"),
        ({"--languages": "de,"}, "language ''"),
        ({"--keep-from": "no-such.jsonl"}, "no-such.jsonl"),
        ({"--keep-from": "beir"}, "beir"),
    ],
)
def test_wrong_request_is_one_line_and_nothing_is_written(
    changed: dict[str, str], said: str, isoglot: Isoglot, corpus: Path, tmp_path: Path
) -> None:
    options = {"--keep-from": str(corpus), "--out": str(tmp_path / "out"), **changed}
    code, out, err = isoglot("trim", "isoglot/static", *(part for option in options.items() for part in option))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_models_that_do_not_belong_together_are_refused(
    isoglot: Isoglot, xlm_roberta: Path, corpus: Path, tmp_path: Path
) -> None:
    isoglot("trim", "isoglot/static", "--keep-from", corpus, "--out", tmp_path / "static")
    code, _, err = isoglot("untrim", tmp_path / "static", "--into", xlm_roberta, "--out", tmp_path / "out")
    assert code == 2
    assert "the whole model has no token" in err
    assert not (tmp_path / "out").exists()
