"""What a training shows while it runs."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from rich.console import Console

from isoglot.training import callbacks, setup
from isoglot.training.recipe import Recipe
from isoglot.training.run import train
from training.conftest import ScriptedDev
from training.workers import at_steps

Recipes = Callable[..., Recipe]


def test_the_speed_shown_is_that_of_steps_without_evaluations(
    toy_recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock of which a step of 6 examples takes half a second, and an evaluation a hundred."""
    now = 0.0

    class SlowDev(ScriptedDev):
        def __call__(self, model: torch.nn.Module, *arguments: object, **options: object) -> dict[str, float]:
            pass_time(100)
            return super().__call__(model, *arguments, **options)

    def pass_time(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(callbacks, "time", SimpleNamespace(perf_counter=lambda: now, monotonic=lambda: now))
    monkeypatch.setattr(setup, "DevEvaluator", lambda _: SlowDev([0.1, 0.2]))
    shown = StringIO()
    with at_steps(lambda _: pass_time(0.5)):
        train(toy_recipe(steps=4), tmp_path / "out", console=Console(file=shown))
    lines = [line for line in shown.getvalue().splitlines() if "/4 " in line]
    assert [line.split()[1] for line in lines] == ["1/4", "2/4", "2/4", "3/4", "4/4", "4/4"]
    assert all("  12 examples/s  waits 0%" in line for line in lines)
