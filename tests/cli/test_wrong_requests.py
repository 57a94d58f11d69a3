"""Every way to ask wrongly ends with one line on standard error, the right exit code and nothing written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot import cli

Isoglot = Callable[..., tuple[int, str, str]]
SMALL = ("--model", "isoglot/static", "--batch-size", "6", "--dev-topics", "0", "--train", "CORPUS")
TRAIN = ("train", "--out", "OUT", *SMALL)
EVALUATE = ("evaluate", "isoglot/static", "CORPUS")


def assert_one_line(stderr: str, *said: str) -> None:
    assert stderr.startswith("isoglot: ")
    assert stderr.count("\n") == 1
    assert stderr.endswith("\n")
    assert "Traceback" not in stderr
    for each in said:
        assert each.lower() in stderr.lower()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("frobnicate",), ["frobnicate"]),
        (("data", "shew", "worldfacts"), ["shew"]),
        (("train",), ["--out"]),
        (("evaluate", "isoglot/static"), ["collection"]),
        (("data", "show"), ["collection"]),
        ((*TRAIN, "--alhpa", "0.5"), ["--alhpa", "--alpha"]),
        ((*TRAIN, "--alpha", "1.5"), ["alpha", "1.5"]),
        ((*TRAIN, "--alpha", "half"), ["alpha"]),
        ((*TRAIN, "--temperature", "0"), ["temperature"]),
        ((*TRAIN, "--strategy", "hybird"), ["hybird", "'hybrid'"]),
        ((*TRAIN, "--model", "isoglot/statik"), ["did you mean 'isoglot/static'?"]),
        ((*TRAIN, "--pooling", "maen"), ["did you mean 'mean'?"]),
        ((*TRAIN, "--train", "worldfact/train"), ["did you mean 'worldfacts/train'?"]),
        ((*TRAIN, "--train", "no/such.jsonl"), ["no/such.jsonl"]),
        ((*TRAIN, "--languages", "en,xx"), ["'xx'", "en"]),
        ((*TRAIN, "--batch-size", "31"), ["30", "31", "--batch-size"]),
        ((*TRAIN, "--dev-topics", "30"), ["30"]),
        ((*TRAIN, "--train", "worldfacts/held-out"), ["worldfacts/held-out", "evaluation only"]),
        ((*TRAIN, "--patience", "2"), ["patience"]),
        ((*EVALUATE, "--pool", "en,xx"), ["'xx'", "en"]),
        ((*EVALUATE, "--pool", "en,"), ["''"]),
        ((*EVALUATE, "--max-length", "0"), ["--max-length"]),
        (("evaluate", "isoglot/use-m4", "CORPUS"), ["did you mean 'isoglot/use-m3'?"]),
        (("evaluate", "./no/model", "CORPUS"), ["./no/model"]),
        (("evaluate", "isoglot/static", "xquadr"), ["did you mean 'xquad-r'?"]),
        (("evaluate", "isoglot/static", "xquad-r"), ["xquad-r=PATH"]),
        (("evaluate", "isoglot/static", "xquad-r=/no/such/folder"), ["/no/such/folder"]),
        (("evaluate", "isoglot/static", "/no/such/folder"), ["/no/such/folder"]),
        (("data", "show", "no-such.jsonl"), ["no-such.jsonl"]),
        (("data", "check", "FOLDER"), ["FOLDER", "collection.json"]),
        (("demo", "--steps", "0"), ["--steps"]),
        (("demo", "--seed", "-1"), ["--seed"]),
    ],
)
def test_wrong_request_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], said: list[str], isoglot: Isoglot, corpus: Path, tmp_path: Path
) -> None:
    paths = {"OUT": str(tmp_path / "out"), "CORPUS": str(corpus), "FOLDER": str(corpus.parent)}
    given = [paths.get(argument, argument) for argument in arguments]
    code, out, err = isoglot(*given)
    assert code == 2
    assert out == ""
    assert_one_line(err, *(paths.get(each, each) for each in said))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "does not exist"),
        ("alpha: [", "is not YAML"),
        ("- a list", "is not a recipe"),
        ("alhpa: 0.5", "did you mean 'alpha'?"),
        ("alpha: 1.5", "alpha is 1.5"),
        ("temperature: 0", "temperature is 0"),
        ("strategy: hybird", "'hybrid'"),
    ],
)
def test_wrong_recipe_is_one_line_and_exit_code_2(
    text: str | None, said: str, isoglot: Isoglot, tmp_path: Path
) -> None:
    path = tmp_path / "recipe.yaml"
    if text is not None:
        path.write_text(text)
    code, out, err = isoglot("train", path, "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert_one_line(err, said)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_folder_of_something_else_is_refused(command: str, isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    arguments = {"train": SMALL, "evaluate": EVALUATE[1:]}[command]
    given = [str(corpus) if argument == "CORPUS" else argument for argument in arguments]
    code, _, err = isoglot(command, *given, "--out", tmp_path, "--overwrite")
    assert code == 2
    assert_one_line(err, str(tmp_path))
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_model_that_the_hub_does_not_give_is_one_line_and_exit_code_1(
    isoglot: Isoglot, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    code, _, err = isoglot("evaluate", "nobody/no-model", corpus)
    assert code == 1
    assert_one_line(err, "'nobody/no-model'")


@pytest.mark.parametrize(
    ("problem", "said"),
    [(KeyboardInterrupt(), "interrupted"), (ZeroDivisionError("three\nlines\nlong"), "ZeroDivisionError: three lines")],
)
def test_interruption_and_a_bug_of_ours_are_one_line_and_exit_code_1(
    problem: BaseException, said: str, isoglot: Isoglot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise problem

    monkeypatch.delenv("ISOGLOT_TRACEBACK", raising=False)
    monkeypatch.setattr("isoglot.data.catalogue.open_collection", fail)
    code, _, err = isoglot("data", "show", "worldfacts")
    assert code == 1
    assert_one_line(err, said)


def test_a_bug_of_ours_shows_its_traceback_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setenv("ISOGLOT_TRACEBACK", "1")
    monkeypatch.setattr("isoglot.data.catalogue.open_collection", fail)
    with pytest.raises(ZeroDivisionError):
        cli.main(["data", "show", "worldfacts"])


@pytest.mark.parametrize("arguments", [(), ("data",)])
def test_no_command_shows_the_help_and_no_empty_complaint(arguments: tuple[str, ...], isoglot: Isoglot) -> None:
    _, out, err = isoglot(*arguments)
    assert " ".join(("Usage: isoglot", *arguments)) in out
    assert err == ""
