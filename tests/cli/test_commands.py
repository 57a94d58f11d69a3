"""The commands as a person uses them: help, train, evaluate, and looking at data."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
import yaml

from isoglot import __version__
from isoglot.training.recipe import Recipe

Isoglot = Callable[..., tuple[int, str, str]]
COMMANDS = (("demo",), ("train",), ("evaluate",), ("data",), ("data", "list"), ("data", "show"), ("data", "check"))
SMALL = ("--model", "isoglot/static", "--steps", "2", "--batch-size", "6", "--dev-topics", "4", "--eval-steps", "2")


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[Recipe]:
    """The recipes that `train` chose; nothing is trained."""
    recipes: list[Recipe] = []
    monkeypatch.setattr("isoglot.training.run.train", lambda recipe, *_, **__: recipes.append(recipe))
    return recipes


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom isoglot.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'pyarrow', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stderr == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: tuple[str, ...], isoglot: Isoglot) -> None:
    code, out, err = isoglot(*command, "--help")
    assert (code, err) == (0, "")
    assert f"Usage: isoglot {' '.join(command)}" in out


def test_version_is_one_line(isoglot: Isoglot) -> None:
    code, out, err = isoglot("--version")
    python = ".".join(map(str, sys.version_info[:3]))
    assert (code, err) == (0, "")
    assert out == f"isoglot {__version__} (Python {python}, torch {torch.__version__})\n"


@pytest.mark.parametrize("group", [(), ("data",), ("cache",)])
def test_what_each_command_does_fits_its_line(group: tuple[str, ...], isoglot: Isoglot) -> None:
    _, out, _ = isoglot(*group, "--help")
    lines = out.partition("Commands:\n")[2].splitlines()
    assert lines
    assert all(line.endswith(".") and not line.endswith("..") for line in lines)


def test_help_of_train_shows_every_field_with_its_default(isoglot: Isoglot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    _, out, _ = isoglot("train", "--help")
    flags = dict(each.split(" ", 1) for each in " ".join(out.split()).split(" --")[1:])
    for name, field in Recipe.model_fields.items():
        line = flags[name.replace("_", "-")]
        line = flags.get(f"no-{name.replace('_', '-')}", line)
        assert field.description in line
        shown = ", ".join(field.default) if isinstance(field.default, list) else field.default
        assert line.count("[default: ") == 1
        assert field.default is None or f"[default: {shown}]" in line


def other_value(name: str) -> Any:
    """A valid value of a field that is not its default."""
    return {
        "model": "isoglot/static", "train": ["a.jsonl", "b=c"], "languages": ["de", "th"], "strategy": "within-batch",
        "alpha": 0.25, "gamma": 0.5, "language_weights": "size", "batch_size": 12, "steps": 34, "learning_rate": 2e-4,
        "weight_decay": 0.2, "warmup": 0.3, "scheduler": "cosine", "max_gradient_norm": 2.0, "temperature": 0.02,
        "symmetric": True, "negatives": 3, "query_prompt": "", "passage_prompt": "text: ", "pooling": "cls",
        "max_length": 77, "seed": 5, "bf16": True, "dev_topics": 9, "eval_steps": 11, "patience": 4,
        "report_to": "tensorboard", "alpha_end": 0.75, "language_temperature": 2.0, "curriculum": [0.0, 0.5],
        "multi_positives": True, "foreign_negatives": 0.4, "teacher": "isoglot/use-m3", "distill": "vectors",
        "distill_weight": 0.3, "teacher_language": "en", "matryoshka": [64, 128], "chunk_tokens": 512,
        "rowwise_embeddings": False, "freeze": 2, "lora_rank": 4, "learning_rates": ["head=0.1", "a=b=1e-5"],
        "compile": True,
    }[name]  # fmt: skip


# What a field would have no effect without.
NEEDED = {
    "foreign_negatives": {"negatives": 2},
    "distill": {"teacher": "isoglot/static"},
    "teacher_language": {"teacher": "isoglot/static"},
    "distill_weight": {"teacher": "isoglot/static"},
    "language_temperature": {"language_weights": "size"},
}


@pytest.mark.parametrize("name", Recipe.model_fields)
def test_every_field_is_a_flag_that_wins_over_the_file(
    name: str, isoglot: Isoglot, chosen: list[Recipe], tmp_path: Path
) -> None:
    value, flag = other_value(name), f"--{name.replace('_', '-')}"
    values = value if isinstance(value, list) else [value]
    given = [part for each in values for part in (flag, str(each))]
    given = {True: [flag], False: [f"--no-{flag[2:]}"]}.get(value, given) if isinstance(value, bool) else given
    default = Recipe.model_fields[name].default
    needed = NEEDED.get(name, {})
    in_file = needed if default is None else needed | {name: default}
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(in_file))
    code, _, err = isoglot("train", tmp_path / "recipe.yaml", "--out", tmp_path / "out", *given)
    assert (code, err) == (0, "")
    assert chosen == [Recipe(**needed | {name: value})]
    assert chosen != [Recipe(**needed)]


def test_fields_without_a_flag_come_from_the_file(isoglot: Isoglot, chosen: list[Recipe], tmp_path: Path) -> None:
    fields = {name: other_value(name) for name in Recipe.model_fields}
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(fields))
    isoglot("train", tmp_path / "recipe.yaml", "--out", tmp_path / "out")
    isoglot("train", tmp_path / "recipe.yaml", "--out", tmp_path / "out", "--no-symmetric", "--languages", "en,de")
    assert chosen == [Recipe(**fields), Recipe(**{**fields, "symmetric": False, "languages": ["en", "de"]})]


def test_train_then_evaluate_then_refuse_then_overwrite(isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    model, scores = tmp_path / "a [bold] model", tmp_path / "scores"
    code, out, err = isoglot("train", *SMALL, "--train", corpus, "--out", model)
    assert code == 0, err
    assert f"isoglot evaluate {model} COLLECTION" in out
    code, out, err = isoglot("evaluate", model, corpus, "--out", scores, "--pool", "de,fr")
    assert (code, err) == (0, "")
    found = json.loads((scores / "scores.json").read_text())
    assert (found["model"], found["collection"]) == (str(model), "toy")
    for setting in ("monolingual", "cross-lingual", "multilingual"):
        (line,) = (each for each in out.splitlines() if f"│ {setting} " in each)
        assert f"{found['settings'][setting]['AP']:.3f}".lstrip("0") in line
    assert "pool de+fr" in out
    assert pq.read_table(scores / "per_query.parquet").num_rows == 30 * 3 * (3 + 1 + 1)
    for command in (("train", *SMALL, "--train", corpus, "--out", model), ("evaluate", model, corpus, "--out", scores)):
        code, out, err = isoglot(*command)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "--overwrite" in err
        assert isoglot(*command, "--overwrite")[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a [bold] model", "scores"]


def test_evaluate_without_out_writes_nothing(
    isoglot: Isoglot, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = isoglot("evaluate", "isoglot/static", corpus)
    assert code == 0
    assert "AP x 100" in out
    assert list(tmp_path.iterdir()) == []


def test_prompts_given_to_evaluate_change_what_is_encoded(isoglot: Isoglot, corpus: Path, tmp_path: Path) -> None:
    scores = []
    for name, prompts in (("plain", ()), ("empty", ("--query-prompt", "")), ("asked", ("--query-prompt", "en2 fr4 "))):
        isoglot("evaluate", "isoglot/static", corpus, "--out", tmp_path / name, *prompts)
        scores.append(json.loads((tmp_path / name / "scores.json").read_text())["settings"])
    assert scores[0] == scores[1] != scores[2]


def test_interrupt_of_a_real_process_leaves_a_checkpoint_and_one_sentence(corpus: Path, tmp_path: Path) -> None:
    checkpoints = tmp_path / ".out.partial" / "checkpoints"
    arguments = ["train", *SMALL, "--train", corpus, "--out", tmp_path / "out", "--steps", "2000", "--dev-topics", "0"]
    command = [sys.executable, "-c", "from isoglot.cli import main; main()", *map(str, arguments)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    started = time.monotonic()
    while not [*checkpoints.glob("*")] and process.poll() is None and time.monotonic() - started < 60:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    last = err.splitlines()[-1]
    stopped = re.fullmatch(r"isoglot: stopped at step (\d+) of 2000; run the same command again to go on\.", last)
    assert stopped, err
    assert (checkpoints / f"checkpoint-{stopped[1]}" / "trainer_state.json").is_file()
    assert not (tmp_path / "out").exists()


def test_data_show_and_check_a_file(isoglot: Isoglot, corpus: Path) -> None:
    code, out, err = isoglot("data", "show", corpus, "--topics", "1")
    assert (code, err) == (0, "")
    assert "30 topics, 90 queries, 90 passages, 90 judgments, 3 languages" in " ".join(out.split())
    assert "German" in out
    assert out.count("topic t") == 1
    assert "which river 0?" in out
    code, out, err = isoglot("data", "check", f"parallel-qa={corpus}")
    assert (code, err) == (0, "")
    assert "Valid" in out


def test_data_check_counts_what_is_doubtful(isoglot: Isoglot, tmp_path: Path) -> None:
    english, german = ({"query": query, "passage": "[bold]nobody[/bold]"} for query in ("who?", "12"))
    row = {"topic_id": "t", "parallel_id": "p", "text": {"en": english, "de": german}}
    (tmp_path / "odd.jsonl").write_text(json.dumps(row))
    code, out, _ = isoglot("data", "check", tmp_path / "odd.jsonl")
    assert code == 0
    assert "untranslated" in out
    assert "[bold]nobody[/bold]" in out


def test_data_show_and_check_worldfacts(isoglot: Isoglot) -> None:
    code, out, _ = isoglot("data", "show", "worldfacts/train", "--topics", "0")
    assert code == 0
    assert "topics" in out
    assert "topic " not in out
    code, out, _ = isoglot("data", "check", "worldfacts/train")
    assert code == 0
    assert "Valid" in out
