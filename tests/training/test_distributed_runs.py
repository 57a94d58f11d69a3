"""Whole runs of several workers: one folder, one voice, one end."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from isoglot.files import write_text
from isoglot.models.load import load_model
from isoglot.training.checkpoints import last_checkpoint
from isoglot.training.loss import Objective
from isoglot.training.recipe import Recipe, read_recipe, write_recipe
from isoglot.training.run import train
from isoglot.training.trainer import PlanTrainer
from training.workers import at_steps, command, run_workers, signalled

Recipes = Callable[..., Recipe]


def saved(recipe: Recipe, folder: Path) -> list[str]:
    """The recipe in a file, and the output folder, as arguments of `isoglot train`."""
    write_text(folder / "recipe.yaml", write_recipe(recipe))
    return ["train", str(folder / "recipe.yaml"), "--out", str(folder / "out")]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def assert_close(one: Path, other: Path) -> None:
    ours, theirs = weights(one), weights(other)
    for name, value in theirs.items():
        torch.testing.assert_close(ours[name], value, rtol=1e-4, atol=1e-5, msg=name)


def trained_weights(recipe_file: Path, out: Path) -> dict[str, NDArray]:
    """This worker's weights after a training, begun from a random state of its own."""
    torch.manual_seed(int(os.environ.get("RANK", "0")))
    state = train(read_recipe(recipe_file, {}), out).state_dict()
    return {name: value.numpy() for name, value in state.items()}


@pytest.mark.parametrize("kind", ["static", "xlm-r"])
def test_two_workers_end_with_the_same_weights_and_the_log_of_one(
    kind: str, toy_recipe: Recipes, xlm_roberta: Path, tmp_path: Path
) -> None:
    recipe = toy_recipe(model="isoglot/static" if kind == "static" else str(xlm_roberta), steps=4)
    saved(recipe, tmp_path)
    first, second = run_workers(2, trained_weights, tmp_path / "recipe.yaml", tmp_path / "out")
    assert first.keys() == second.keys()
    assert [name for name in first if not np.array_equal(first[name], second[name])] == []
    written = load_model(str(tmp_path / "out")).state_dict()
    assert all(np.array_equal(first[name], value.numpy()) for name, value in written.items())
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert record["hardware"]["workers"] == 2
    assert 0 <= record["wait_share"] <= 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "recipe.yaml"]
    if kind == "static":  # no dropout, which is drawn by each worker
        train(recipe, tmp_path / "alone")
        assert_close(tmp_path / "out", tmp_path / "alone")
        alone = json.loads((tmp_path / "alone" / "training.json").read_text())
        for key in ("loss", "grad_norm"):
            found, expected = ([entry[key] for entry in each["log"] if key in entry] for each in (record, alone))
            assert found == pytest.approx(expected, rel=1e-4)


def trained_with_a_slow_second_worker(recipe_file: Path, out: Path) -> NDArray:
    """The table after a training in which the second worker is late to read the best checkpoint."""
    load = PlanTrainer._load_from_checkpoint

    def late(self: PlanTrainer, *arguments: Any) -> None:
        time.sleep(2 * int(os.environ["RANK"]))
        load(self, *arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(PlanTrainer, "_load_from_checkpoint", late)
        (table,) = train(read_recipe(recipe_file, {}), out).parameters()
    return table.detach().numpy()


def test_no_worker_ends_before_all_have_read_the_best_checkpoint(toy_recipe: Recipes, tmp_path: Path) -> None:
    saved(toy_recipe(model="isoglot/static", steps=2), tmp_path)
    first, second = run_workers(2, trained_with_a_slow_second_worker, tmp_path / "recipe.yaml", tmp_path / "out")
    np.testing.assert_array_equal(first, second)


def test_batch_that_does_not_divide_is_refused_once_before_anything_is_loaded(tmp_path: Path) -> None:
    recipe = Recipe(model="/no/such/model", train=["/no/such/file.jsonl"], batch_size=7)
    (code, said), (other_code, other_said) = run_workers(2, command, saved(recipe, tmp_path))
    assert (code, other_code) == (2, 2)
    assert said == "isoglot: a batch of 7 does not divide by 2 workers; choose a multiple."
    assert other_said == ""
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.yaml"]


def test_unfinished_run_of_another_recipe_is_refused_once(toy_recipe: Recipes, tmp_path: Path) -> None:
    work = tmp_path / ".out.partial"
    work.mkdir()
    (work / "training.json").write_text(json.dumps({"recipe": toy_recipe(seed=5).model_dump()}))
    (code, said), (other_code, other_said) = run_workers(2, command, saved(toy_recipe(), tmp_path))
    assert (code, other_code) == (2, 2)
    assert "seed is 5 there and 0 here" in said
    assert other_said == ""


def stopped_command(arguments: list[str], step: int, number: signal.Signals, rank: int) -> tuple[Any, str]:
    return command(arguments, in_step=signalled(step, number, rank))


@pytest.mark.parametrize(("number", "rank"), [(signal.SIGTERM, 1), (signal.SIGINT, 0)])
def test_workers_stop_together_when_one_is_asked_to(
    number: signal.Signals, rank: int, toy_recipe: Recipes, tmp_path: Path
) -> None:
    arguments = saved(toy_recipe(), tmp_path)
    (code, said), (other_code, other_said) = run_workers(2, stopped_command, arguments, 2, number, rank)
    assert (code, other_code) == (1, 1)
    assert said == "isoglot: stopped at step 3 of 6; run the same command again to go on."
    assert other_said == ""
    checkpoint = last_checkpoint(tmp_path / ".out.partial" / "checkpoints")
    assert checkpoint is not None
    assert checkpoint.name == "checkpoint-3"
    train(toy_recipe(), tmp_path / "out")
    train(toy_recipe(), tmp_path / "alone")
    assert_close(tmp_path / "out", tmp_path / "alone")


def killed_run(arguments: list[str], step: int, rank: int) -> None:
    """Run until one worker is killed; the other is killed as well, as a launcher does when it loses a worker."""
    try:
        with at_steps(signalled(step, signal.SIGKILL, rank)):
            command(arguments)
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("step", [1, 3, 5])
def test_killed_run_of_two_goes_on_with_one(step: int, toy_recipe: Recipes, tmp_path: Path) -> None:
    assert run_workers(2, killed_run, saved(toy_recipe(), tmp_path), step, step % 2) == [None, None]
    assert not (tmp_path / "out").exists()
    train(toy_recipe(), tmp_path / "out")
    train(toy_recipe(), tmp_path / "alone")
    assert_close(tmp_path / "out", tmp_path / "alone")
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert record["first_step"] == step // 2 * 2


def failing_in_second(arguments: list[str]) -> tuple[Any, str]:
    """A run whose loss is not a number in one worker, in its fourth step."""
    steps = iter(range(100))
    forward = Objective.forward

    def poisoned(self: Objective, vectors: Any, labels: Any) -> torch.Tensor:
        loss = forward(self, vectors, labels)
        return loss * float("nan") if next(steps) == 3 and os.environ["RANK"] == "1" else loss

    Objective.forward = poisoned
    return command(arguments)


def test_workers_fail_together_where_one_has_a_loss_that_is_no_number(toy_recipe: Recipes, tmp_path: Path) -> None:
    (code, said), (other_code, other_said) = run_workers(2, failing_in_second, saved(toy_recipe(), tmp_path))
    assert (code, other_code) == (1, 1)
    assert "the loss is nan in step 4" in said
    assert other_said == ""
    work = tmp_path / ".out.partial"
    assert len(json.loads((work / "failed-batch.json").read_text())["queries"]) == 6
    assert [path.name for path in (work / "checkpoints").glob("checkpoint-*")] == ["checkpoint-2"]
