"""A run cut off anywhere ends with the weights and the log of one that was not."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from isoglot.batches import Batch
from isoglot.errors import IsoglotError
from isoglot.training.checkpoints import last_checkpoint
from isoglot.training.recipe import Recipe, write_recipe
from isoglot.training.run import train
from isoglot.training.trainer import BatchReader
from training.conftest import ScriptedDev

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
    clock = ("runtime", "per_second")
    return [
        {key: value for key, value in entry.items() if not key.endswith(clock)}
        for entry in log
        if "train_runtime" not in entry
    ]


@contextmanager
def signalled_while_reading(step: int, number: signal.Signals = signal.SIGINT) -> Iterator[None]:
    """Send this process a signal while it reads the batch of a step, counted from 0."""
    steps, read = itertools.count(), BatchReader.__call__

    def reading(self: BatchReader, shares: list[Batch]) -> dict[str, Any]:
        if next(steps) == step:
            os.kill(os.getpid(), number)
        return read(self, shares)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BatchReader, "__call__", reading)
        yield


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
    with signalled_while_reading(step, number), pytest.raises(IsoglotError) as caught:
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
        with signalled_while_reading(0), pytest.raises(IsoglotError) as caught:
            train(recipe, tmp_path / "out")
        assert str(caught.value) == STOPPED.format(step)
    train(recipe, tmp_path / "out")
    assert_same_weights(tmp_path / "out", uninterrupted("xlm-r"))
    assert logged(tmp_path / "out") == logged(uninterrupted("xlm-r"))


KILLED = """
import os, signal, sys
from pathlib import Path
from isoglot.training.recipe import read_recipe
from isoglot.training.run import train
from isoglot.training.trainer import BatchReader
steps, read = iter(range(100)), BatchReader.__call__
def reading(self, shares):
    if next(steps) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return read(self, shares)
BatchReader.__call__ = reading
train(read_recipe(Path(sys.argv[1]), {}), Path(sys.argv[2]))
"""


def test_killed_process_is_resumed_from_its_last_complete_checkpoint(
    toy_recipe: Recipes, xlm_roberta: Path, uninterrupted: Callable[[str], Path], tmp_path: Path
) -> None:
    """Killed in step 6 of 6, in another process; then checkpoint 4 turns out cut off, so only checkpoint 2 counts."""
    recipe = toy_recipe(**start_model("xlm-r", xlm_roberta))
    (tmp_path / "recipe.yaml").write_text(write_recipe(recipe), encoding="utf-8")
    command = [sys.executable, "-c", KILLED, tmp_path / "recipe.yaml", tmp_path / "out", "5"]
    done = subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    checkpoints = tmp_path / ".out.partial" / "checkpoints"
    assert (checkpoints / "checkpoint-4").is_dir()
    shutil.copytree(tmp_path / ".out.partial", tmp_path / ".cut.partial")
    train(recipe, tmp_path / "out")
    assert_same_weights(tmp_path / "out", uninterrupted("xlm-r"))
    assert logged(tmp_path / "out") == logged(uninterrupted("xlm-r"))
    cut = tmp_path / ".cut.partial" / "checkpoints" / "checkpoint-4"
    (cut / "trainer_state.json").unlink()
    train(recipe, tmp_path / "cut")
    assert_same_weights(tmp_path / "cut", uninterrupted("xlm-r"))


@pytest.mark.parametrize("state", [None, "", '{"global_step": 4,'])
def test_cut_off_checkpoint_never_displaces_a_complete_one(
    state: str | None, toy_recipe: Recipes, uninterrupted: Callable[[str], Path], tmp_path: Path
) -> None:
    """A folder of a later step, cut off while it was written, then an interruption before that step is reached."""
    recipe, out = toy_recipe(), tmp_path / "out"
    for step, interrupted_at in ((1, 1), (2, 0)):
        with signalled_while_reading(interrupted_at), pytest.raises(IsoglotError, match="stopped at step"):
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


def test_patience_remembers_across_an_interruption(
    toy_recipe: Recipes, scripted: Callable[..., ScriptedDev], tmp_path: Path
) -> None:
    """One evaluation without a gain before the interruption (step 5) and one after it make two."""
    recipe = toy_recipe(steps=12, patience=2)
    dev = scripted(0.5, 0.4, 0.3, 0.9, 0.9, 0.9)
    with signalled_while_reading(4), pytest.raises(IsoglotError, match="stopped at step 5"):
        train(recipe, tmp_path / "out")
    model = train(recipe, tmp_path / "out")
    assert len(dev.seen) == 3
    assert all(torch.equal(dev.seen[0][name], value) for name, value in model.state_dict().items())
