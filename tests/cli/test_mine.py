"""`isoglot mine` as a person uses it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from isoglot.data import storage
from isoglot.data.catalogue import open_collection
from isoglot.evaluation.encoded import encode_collection
from isoglot.models.load import load_model
from isoglot.training.mining import MiningRequest, mine
from toys import all_texts, save_xlm_roberta

Isoglot = Callable[..., tuple[int, str, str]]


def test_the_collection_has_what_the_library_mines_and_a_training_takes_it(
    isoglot: Isoglot, corpus: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mined"
    code, said, err = isoglot("mine", corpus, "--model", "isoglot/static", "--out", out, "--own", "3", "--foreign", "2")
    assert (code, err) == (0, "")
    assert str(out) in said
    before, after = open_collection(str(corpus)), open_collection(str(out))
    model = load_model("isoglot/static", texts=lambda: before.texts)
    expected = mine(before, encode_collection(model, before), MiningRequest(3, 2, 0.05))
    assert after.qrels.equals(expected.collection.qrels)
    assert after.notes[-1].startswith("hard negatives mined with isoglot/static: of each query 3 in its own language")
    for language, count in expected.mined.items():
        assert f"{language}" in said
        assert f"{count:,}" in said
    small = ("--model", "isoglot/static", "--batch-size", "6", "--steps", "2", "--dev-topics", "0")
    code, _, err = isoglot("train", "--train", out, *small, "--negatives", "2", "--out", tmp_path / "model")
    assert code == 0, err


def test_a_teacher_decides_the_margin(isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    xlm_roberta = save_xlm_roberta(tmp_path / "xlm-r", all_texts(30, ("en", "de", "fr")))
    out = tmp_path / "mined"
    options = ("--model", "isoglot/static", "--out", out, "--foreign", "0", "--margin", "0.01")
    assert isoglot("mine", corpus, *options, "--teacher", xlm_roberta)[0] == 0
    before, after = open_collection(str(corpus)), open_collection(str(out))
    model = load_model("isoglot/static", texts=lambda: before.texts)
    finder, judge = (encode_collection(each, before) for each in (model, load_model(str(xlm_roberta))))
    expected = mine(before, finder, MiningRequest(8, 0, 0.01), teacher=judge)
    assert after.qrels.equals(expected.collection.qrels)
    assert f"isoglot/static and {xlm_roberta}" in after.notes[-1]


def test_only_the_languages_asked_for(isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    code, *_ = isoglot("mine", corpus, "--model", "isoglot/static", "--out", tmp_path / "mined", "--languages", "de,fr")
    assert code == 0
    after = open_collection(str(tmp_path / "mined"))
    languages = dict(zip(*(after.passages[name].to_pylist() for name in ("passage_id", "language")), strict=True))
    mined = {languages[row["passage_id"]] for row in after.qrels.to_pylist() if row["relevance"] == 0}
    assert mined == {"de", "fr"}


def test_a_collection_is_replaced_only_when_asked(isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    arguments = ("mine", corpus, "--model", "isoglot/static", "--out", tmp_path / "mined", "--foreign", "0")
    assert isoglot(*arguments)[0] == 0
    code, out, err = isoglot(*arguments)
    assert (code, out) == (2, "")
    assert "--overwrite" in err
    assert isoglot(*arguments, "--own", "1", "--overwrite")[0] == 0
    assert (
        storage.load(tmp_path / "mined")
        .notes[-1]
        .endswith("1 in its own language and 0 in each other one, margin 0.05")
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--languages": "de,sw"}, "no passage language 'sw'"),
        ({"--own": "0", "--foreign": "0"}, "nothing to mine"),
        ({"--margin": "1"}, "margin is 1.0"),
        ({"--margin": "nan"}, "margin is nan"),
        ({"--own": "-1"}, "--own"),
        ({"--teacher": "isoglot/static"}, "train it first"),
        ({"--model": "isoglot/statik"}, "did you mean 'isoglot/static'?"),
    ],
)
def test_a_wrong_request_is_one_line_and_nothing_is_written(
    changed: dict[str, str], said: str, isoglot: Isoglot, corpus: Path, tmp_path: Path
) -> None:
    options = {"--model": "isoglot/static", "--out": str(tmp_path / "out"), **changed}
    code, out, err = isoglot("mine", corpus, *(part for option in options.items() for part in option))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_a_collection_for_evaluation_only_is_refused(isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    storage.save(replace(open_collection(str(corpus)), evaluation_only=True), tmp_path / "held-out")
    code, out, err = isoglot("mine", tmp_path / "held-out", "--model", "isoglot/static", "--out", tmp_path / "mined")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "evaluation only" in err
    assert not (tmp_path / "mined").exists()
