"""A run cut off anywhere ends with the weights and the log of one that was not."""

import itertools
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import TrainerState

from isoglot.errors import IsoglotError
from isoglot.training import checkpoints, run
from isoglot.training.checkpoints import last_checkpoint
from isoglot.training.recipe import Recipe, read_recipe, write_recipe
from isoglot.training.run import train
from isoglot.training.trainer import PlanTrainer
from training.conftest import ScriptedDev
from training.workers import at_steps, run_workers, signalled

Recipes = Callable[..., Recipe]
STOPPED = "stopped at step {} of 6; run the same command again to go on."


def weights(folder: Path) -> dict[str, Tensor]:
    return load_file(folder / "model.safetensors")


def assert_same_weights(one: Path, other: Path) -> None:
    ours, theirs = weights(one), weights(other)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []


def logged(folder: Path) -> list[dict[str, float]]:
    """What was logged of every step, without what a clock decides."""
    log = json.loads((folder / "training.json").read_text())["log"]
    clock = ("runtime", "per_second", "wait_share")
    return [
        {key: value for key, value in entry.items() if not key.endswith(clock)}
        for entry in log
        if "train_runtime" not in entry
    ]


def start_model(kind: str, xlm_roberta: Path) -> dict[str, Any]:
    return {"model": "isoglot/static"} if kind == "static" else {"model": str(xlm_roberta), "learning_rate": 1e-3}


@pytest.fixture(scope="session")
def uninterrupted(
    toy_recipe: Recipes, xlm_roberta: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The folder of a run of six steps that nothing disturbed."""
    folder = tmp_path_factory.mktemp("uninterrupted")

    def out(kind: str) -> Path:
        if not (folder / kind).exists():
            train(toy_recipe(**start_model(kind, xlm_roberta)), folder / kind)
        return folder / kind

    return out


def test_same_recipe_gives_the_same_weights_and_log(
    toy_recipe: Recipes, uninterrupted: Callable[[str], Path], tmp_path: Path, xlm_roberta: Path
) -> None:
    torch.manual_seed(31)
    train(toy_recipe(**start_model("xlm-r", xlm_roberta)), tmp_path / "again")
    assert_same_weights(tmp_path / "again", uninterrupted("xlm-r"))
    assert logged(tmp_path / "again") == logged(uninterrupted("xlm-r"))


@pytest.mark.parametrize("kind", ["static", "xlm-r"])
@pytest.mark.parametrize(
    ("step", "number"), [(0, signal.SIGINT), (1, signal.SIGTERM), (2, signal.SIGINT), (4, signal.SIGINT)]
)
def test_interrupted_run_goes_on_to_the_same_weights_and_log(
    kind: str,
    step: int,
    number: signal.Signals,
    toy_recipe: Recipes,
    xlm_roberta: Path,
    uninterrupted: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    recipe, out = toy_recipe(**start_model(kind, xlm_roberta)), tmp_path / "out"
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    with at_steps(signalled(step, number)), pytest.raises(IsoglotError) as caught:
        train(recipe, out)
    assert str(caught.value) == STOPPED.format(step + 1)
    assert caught.value.exit_code == 1
    assert not out.exists()
    assert last_checkpoint(tmp_path / ".out.partial" / "checkpoints").name == f"checkpoint-{step + 1}"
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers
    torch.manual_seed(step)
    train(recipe, out)
    assert_same_weights(out, uninterrupted(kind))
    assert logged(out) == logged(uninterrupted(kind))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_run_interrupted_at_every_step_ends_with_the_same_weights(
    toy_recipe: Recipes, xlm_roberta: Path, uninterrupted: Callable[[str], Path], tmp_path: Path
) -> None:
    recipe = toy_recipe(**start_model("xlm-r", xlm_roberta))
    for step in range(1, 6):
        with at_steps(signalled(step - 1)), pytest.raises(IsoglotError) as caught:
            train(recipe, tmp_path / "out")
        assert str(caught.value) == STOPPED.format(step)
    train(recipe, tmp_path / "out")
    assert_same_weights(tmp_path / "out", uninterrupted("xlm-r"))
    assert logged(tmp_path / "out") == logged(uninterrupted("xlm-r"))


def killed_in(recipe_file: Path, out: Path, place: str, count: int) -> None:
    """Train until something is done for the given time, counted from 0; then nothing more happens in this process."""
    owner, name = KILLED_IN[place]
    calls, done = itertools.count(), getattr(owner, name)

    def dying(*arguments: Any, **options: Any) -> Any:
        if next(calls) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return done(*arguments, **options)

    setattr(owner, name, dying)
    train(read_recipe(recipe_file, {}), out)


# Calls at which a process is killed: in steps, between the files of a checkpoint, and as old ones are removed.
KILLED_IN: dict[str, tuple[Any, str]] = {
    "beginning": (run, "write_text"),
    "step": (PlanTrainer, "training_step"),
    "optimizer": (PlanTrainer, "_get_grad_norm"),
    "model written": (PlanTrainer, "_save_optimizer_and_scheduler"),
    "optimizer written": (PlanTrainer, "_save_callbacks"),
    "state written": (TrainerState, "save_to_json"),
    "renamed": (checkpoints, "keep_checkpoints"),
    "removing": (shutil, "rmtree"),
    "finishing": (run, "write_model"),
    "putting in place": (run, "replace_folder"),
}


@pytest.mark.parametrize(
    ("place", "count", "resumed_at"),
    [
        ("beginning", 0, 0), ("step", 0, 0), ("step", 3, 2), ("step", 5, 4), ("optimizer", 1, 0), ("optimizer", 4, 4),
        ("model written", 0, 0), ("model written", 1, 2), ("optimizer written", 1, 2), ("state written", 2, 4),
        ("renamed", 0, 2), ("renamed", 2, 6), ("removing", 3, 4), ("finishing", 0, 6), ("putting in place", 0, 6),
    ],
)  # fmt: skip
def test_run_killed_anywhere_goes_on_to_the_same_weights(
    place: str,
    count: int,
    resumed_at: int,
    toy_recipe: Recipes,
    xlm_roberta: Path,
    uninterrupted: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    recipe = toy_recipe(**start_model("xlm-r", xlm_roberta))
    (tmp_path / "recipe.yaml").write_text(write_recipe(recipe), encoding="utf-8")
    assert run_workers(1, killed_in, tmp_path / "recipe.yaml", tmp_path / "out", place, count) == [None]
    assert not (tmp_path / "out").exists()
    train(recipe, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "training.json").read_text())["first_step"] == resumed_at
    assert_same_weights(tmp_path / "out", uninterrupted("xlm-r"))
    assert logged(tmp_path / "out") == logged(uninterrupted("xlm-r"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "recipe.yaml"]


def test_unfinished_run_may_be_moved(toy_recipe: Recipes, uninterrupted: Callable[[str], Path], tmp_path: Path) -> None:
    with at_steps(signalled(4)), pytest.raises(IsoglotError, match="stopped at step 5"):
        train(toy_recipe(), tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".out.partial").rename(tmp_path / "elsewhere" / ".other.partial")
    train(toy_recipe(), tmp_path / "elsewhere" / "other")
    assert_same_weights(tmp_path / "elsewhere" / "other", uninterrupted("static"))


def test_what_a_killed_process_left_is_removed(toy_recipe: Recipes, tmp_path: Path) -> None:
    with at_steps(signalled(2)), pytest.raises(IsoglotError):
        train(toy_recipe(), tmp_path / "out")
    folder = tmp_path / ".out.partial" / "checkpoints"
    left = folder / ".checkpoint-4.partial"
    left.mkdir()
    (left / "model.safetensors").write_bytes(b"half")
    with at_steps(signalled(3)), pytest.raises(IsoglotError):
        train(toy_recipe(), tmp_path / "out")
    left_over = {path.name for path in (*folder.glob("*checkpoint*"), *folder.glob(".*"))}
    assert "checkpoint-4" in left_over <= {"checkpoint-2", "checkpoint-4"}


@pytest.mark.parametrize("state", [None, "", '{"global_step": 4,'])
def test_cut_off_checkpoint_never_displaces_a_complete_one(
    state: str | None, toy_recipe: Recipes, uninterrupted: Callable[[str], Path], tmp_path: Path
) -> None:
    """A folder of a later step, cut off while it was written, then an interruption before that step is reached."""
    recipe, out = toy_recipe(), tmp_path / "out"
    for step, interrupted_at in ((1, 1), (2, 2)):
        with at_steps(signalled(interrupted_at)), pytest.raises(IsoglotError, match="stopped at step"):
            train(recipe, out)
        if step == 1:
            cut = tmp_path / ".out.partial" / "checkpoints" / "checkpoint-5"
            cut.mkdir()
            (cut / "model.safetensors").write_bytes(b"half")
            if state is not None:
                (cut / "trainer_state.json").write_text(state)
    kept = {path.name for path in (tmp_path / ".out.partial" / "checkpoints").iterdir()}
    assert "checkpoint-3" in kept
    train(recipe, out)
    assert_same_weights(out, uninterrupted("static"))


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.pt", "scheduler.pt", "trainer_state.json"])
def test_the_checkpoint_before_a_damaged_one_is_found(
    name: str, toy_recipe: Recipes, uninterrupted: Callable[[str], Path], tmp_path: Path
) -> None:
    with at_steps(signalled(4)), pytest.raises(IsoglotError, match="stopped at step 5"):
        train(toy_recipe(), tmp_path / "out")
    folder = tmp_path / ".out.partial" / "checkpoints"
    best = min(map(checkpoints.step_of, folder.glob("checkpoint-*")))
    damaged = folder / "checkpoint-5" / name
    damaged.write_bytes(damaged.read_bytes()[:-1])
    train(toy_recipe(), tmp_path / "out")
    assert best < 5
    assert json.loads((tmp_path / "out" / "training.json").read_text())["first_step"] == best
    assert_same_weights(tmp_path / "out", uninterrupted("static"))


def test_a_file_that_a_desktop_put_into_a_checkpoint_does_no_harm(
    toy_recipe: Recipes, uninterrupted: Callable[[str], Path], tmp_path: Path
) -> None:
    with at_steps(signalled(4)), pytest.raises(IsoglotError, match="stopped at step 5"):
        train(toy_recipe(), tmp_path / "out")
    (tmp_path / ".out.partial" / "checkpoints" / "checkpoint-5" / ".DS_Store").write_bytes(b"of the desktop")
    train(toy_recipe(), tmp_path / "out")
    assert json.loads((tmp_path / "out" / "training.json").read_text())["first_step"] == 5
    assert_same_weights(tmp_path / "out", uninterrupted("static"))


def test_a_checkpoint_without_the_best_one_before_it_is_passed_over(
    toy_recipe: Recipes, scripted: Callable[..., ScriptedDev], tmp_path: Path
) -> None:
    best = scripted(0.9, 0.5)
    with at_steps(signalled(4)), pytest.raises(IsoglotError, match="stopped at step 5"):
        train(toy_recipe(), tmp_path / "out")
    damaged = tmp_path / ".out.partial" / "checkpoints" / "checkpoint-2" / "model.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    scripted(0.9, 0.5, 0.4)
    model = train(toy_recipe(), tmp_path / "out")
    assert json.loads((tmp_path / "out" / "training.json").read_text())["first_step"] == 0
    assert all(torch.equal(best.seen[0][name], value) for name, value in model.state_dict().items())


def test_the_disk_holds_a_checkpoint_before_it_is_in_sight_and_before_the_one_before_it_goes(
    toy_recipe: Recipes, tmp_path: Path, disk: list[str]
) -> None:
    train(toy_recipe(dev_topics=0, steps=4), tmp_path / "out")
    seen, gone = disk.index(".checkpoint-4.partial > checkpoint-4"), disk.index(".checkpoint-2.partial gone")
    before = disk[disk.index(".checkpoint-2.partial > checkpoint-2") : seen]
    assert {"model.safetensors", "optimizer.pt", "scheduler.pt", "trainer_state.json", "sizes.json"} <= set(before)
    assert before[-1] == ".checkpoint-4.partial"
    assert disk[seen + 1] == "checkpoints"
    assert seen + 1 < gone


def test_patience_remembers_across_an_interruption(
    toy_recipe: Recipes, scripted: Callable[..., ScriptedDev], tmp_path: Path
) -> None:
    """One evaluation without a gain before the interruption (step 5) and one after it make two."""
    recipe = toy_recipe(steps=12, patience=2)
    dev = scripted(0.5, 0.4, 0.3, 0.9, 0.9, 0.9)
    with at_steps(signalled(4)), pytest.raises(IsoglotError, match="stopped at step 5"):
        train(recipe, tmp_path / "out")
    model = train(recipe, tmp_path / "out")
    assert len(dev.seen) == 3
    assert all(torch.equal(dev.seen[0][name], value) for name, value in model.state_dict().items())
