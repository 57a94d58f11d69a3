"""What reaches a tracker, what stays of its files, and trackers that cannot be used."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

from isoglot.errors import RequestError
from isoglot.training.recipe import Recipe
from isoglot.training.run import train
from isoglot.training.trackers import check_tracker

Recipes = Callable[..., Recipe]


class Notebook(TrainerCallback):
    """A tracker that keeps what it is told, and writes a file where TensorBoard would."""

    told: list[tuple[int, dict[str, float]]]

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, float], **_: Any
    ) -> None:
        self.told.append((state.global_step, dict(logs)))
        path = Path(args.output_dir) / "runs" / "now" / "events"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("events")


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, dict[str, float]]]:
    """What the tracker "notebook" was told."""
    monkeypatch.setattr(Notebook, "told", [], raising=False)
    monkeypatch.setitem(INTEGRATION_TO_CALLBACK, "notebook", Notebook)
    return Notebook.told


def test_a_tracker_is_told_loss_rate_speed_waiting_and_dev_scores(
    toy_recipe: Recipes, notebook: list[tuple[int, dict[str, float]]], tmp_path: Path
) -> None:
    train(toy_recipe(report_to="notebook", batch_size=4), tmp_path / "out")
    losses = {step: logs for step, logs in notebook if "loss" in logs}
    scores = {step: logs for step, logs in notebook if "eval_score" in logs}
    assert list(losses) == [1, 2, 3, 4, 5, 6]
    assert list(scores) == [2, 4, 6]
    for logs in losses.values():
        assert logs.keys() >= {"loss", "learning_rate", "grad_norm", "wait_share", "examples_per_second"}
        assert logs["examples_per_second"] > 0
        assert 0 <= logs["wait_share"] <= 1
    for logs in scores.values():
        assert logs.keys() >= {"eval_score", "eval_AP_multilingual", "eval_score_toy"}
        assert logs["eval_score"] == pytest.approx(logs["eval_score_toy"])
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert record["dev_score"] == max(logs["eval_score"] for logs in scores.values())


def test_what_a_tracker_wrote_beside_the_checkpoints_stays_with_the_model(
    toy_recipe: Recipes, notebook: list[tuple[int, dict[str, float]]], tmp_path: Path
) -> None:
    train(toy_recipe(report_to="notebook", steps=1), tmp_path / "out")
    assert (tmp_path / "out" / "runs" / "now" / "events").read_text() == "events"


def test_tensorboard_has_the_curves(toy_recipe: Recipes, tmp_path: Path) -> None:
    events_of = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    train(toy_recipe(report_to="tensorboard", steps=2), tmp_path / "out")
    (folder,) = (tmp_path / "out" / "runs").iterdir()
    events = events_of.EventAccumulator(str(folder)).Reload()
    assert set(events.Tags()["scalars"]) >= {"train/loss", "train/learning_rate", "train/examples_per_second",
                                             "train/wait_share", "eval/score", "eval/AP_multilingual"}  # fmt: skip
    assert [event.step for event in events.Scalars("train/loss")] == [1, 2]


def test_an_unknown_tracker_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    recipe = Recipe(train=["absent.jsonl"], report_to="tensorbord")
    with pytest.raises(RequestError, match="did you mean 'tensorboard'"):
        train(recipe, tmp_path / "out")


def test_a_tracker_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise RuntimeError("Notebook requires notebook to be installed. Run `pip install notebook`.")

    monkeypatch.setitem(INTEGRATION_TO_CALLBACK, "notebook", missing)
    with pytest.raises(
        RequestError, match=r"^notebook cannot be logged to: Notebook requires notebook to be installed; "
    ):
        check_tracker("notebook")
