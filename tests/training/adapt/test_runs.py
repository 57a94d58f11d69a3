"""Adapters, frozen layers and learning rates in whole runs: trained, cut off, chosen by dev score, opened again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from torch import Tensor

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.fingerprint import fingerprint
from isoglot.models.load import load_model
from isoglot.training.recipe import Recipe
from isoglot.training.run import train
from isoglot.training.setup import build_trainer, open_training_collections
from training.conftest import ScriptedDev
from training.test_resume import assert_same_weights, logged, weights
from training.workers import at_steps, signalled

Recipes = Callable[..., Recipe]
TEXTS = ["which river 37?", "Fluss 74 endet", "fleuve"]
ADAPTED = [
    f"encoder.layer.{layer}.{part}.weight"
    for layer in range(2)
    for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
                 "intermediate.dense", "output.dense")
]  # fmt: skip


@pytest.fixture
def recipe(toy_recipe: Recipes, xlm_roberta: Path) -> Recipes:
    """Recipes of six steps on the tiny XLM-R."""
    return lambda **changes: toy_recipe(model=str(xlm_roberta), **changes)


def changed(folder: Path, start: Path) -> set[str]:
    """Weights that differ between a trained and its start model; the start model has no pooler."""
    before, after = load_file(start / "model.safetensors"), weights(folder)
    return {name for name, tensor in before.items() if not torch.equal(tensor, after[name])}


def assert_opens_as_returned(model: SentenceTransformer, folder: Path) -> None:
    for opened in (load_model(str(folder)), SentenceTransformer(str(folder))):
        assert np.array_equal(opened.encode(TEXTS), model.encode(TEXTS))
        assert fingerprint(opened) == fingerprint(model)


def test_lora_changes_linear_weights_by_low_rank_and_nothing_else(
    recipe: Recipes, xlm_roberta: Path, tmp_path: Path
) -> None:
    model = train(recipe(lora_rank=2), tmp_path / "out")
    before, after = load_file(xlm_roberta / "model.safetensors"), weights(tmp_path / "out")
    assert changed(tmp_path / "out", xlm_roberta) == set(ADAPTED)
    for name in ADAPTED:
        values = torch.linalg.svdvals((after[name] - before[name]).double())
        assert values[1] > 1e-5
        assert values[2] < 1e-6
    assert_opens_as_returned(model, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "training.json").read_text())["recipe"]["lora_rank"] == 2


def test_frozen_layers_stay_and_the_others_learn_at_their_rates(
    recipe: Recipes, xlm_roberta: Path, tmp_path: Path
) -> None:
    rates = [r"output\.dense=1e-12", "LayerNorm=1e-2"]
    model = train(recipe(freeze=1, learning_rates=rates, learning_rate=1e-3), tmp_path / "out")
    names = changed(tmp_path / "out", xlm_roberta)
    assert {name.split("layer.")[1][0] for name in names} == {"1"}
    before, after = load_file(xlm_roberta / "model.safetensors"), weights(tmp_path / "out")
    moved = {name: float((after[name] - before[name]).abs().max()) for name in before if "encoder.layer.1." in name}
    assert all(step < 1e-10 for name, step in moved.items() if "output.dense" in name)
    assert all(step > 5e-3 for name, step in moved.items() if "LayerNorm" in name)
    assert all(5e-4 < step < 4e-3 for name, step in moved.items() if "query.weight" in name or "intermediate" in name)
    assert_opens_as_returned(model, tmp_path / "out")


def test_a_pattern_for_everything_is_the_same_as_the_main_rate(recipe: Recipes, tmp_path: Path) -> None:
    train(recipe(learning_rate=1e-3), tmp_path / "main")
    train(recipe(learning_rate=0.5, learning_rates=[".=1e-3"]), tmp_path / "pattern")
    assert_same_weights(tmp_path / "main", tmp_path / "pattern")


@pytest.mark.parametrize("lora_rank", [0, 2])
def test_every_group_keeps_its_ratio_to_the_main_rate(lora_rank: int, recipe: Recipes, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"learning_rates": [r"layer\.1=0.5", r"query=0.05"], "lora_rank": lora_rank}
    asked = recipe(steps=10, warmup=0.5, **changes)
    trainer = build_trainer(asked, *open_training_collections(asked), tmp_path, Console(quiet=True))
    trainer.create_optimizer_and_scheduler(10)
    for step, factor in enumerate([0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 0.8, 0.6]):
        rates = {round(group["lr"], 9) for group in trainer.optimizer.param_groups}
        assert rates == {round(peak * factor, 9) for peak in (1e-2, 0.5, 0.05)}, step
        trainer.optimizer.step()
        trainer.lr_scheduler.step()


COMBINED = {
    "lora": {"lora_rank": 2, "freeze": 1, "learning_rates": ["lora_B=2e-2"], "matryoshka": [16]},
    "frozen": {"freeze": 1, "learning_rates": ["LayerNorm=2e-2"]},
}


@pytest.mark.parametrize("kind", COMBINED)
def test_interrupted_run_ends_with_the_same_weights(kind: str, recipe: Recipes, tmp_path: Path) -> None:
    asked = recipe(**COMBINED[kind])
    model = train(asked, tmp_path / "whole")
    for step in (1, 2):
        with at_steps(signalled(step)), pytest.raises(IsoglotError, match="stopped at step"):
            train(asked, tmp_path / "cut")
    torch.manual_seed(17)
    resumed = train(asked, tmp_path / "cut")
    assert_same_weights(tmp_path / "cut", tmp_path / "whole")
    assert logged(tmp_path / "cut") == logged(tmp_path / "whole")
    assert np.array_equal(resumed.encode(TEXTS), model.encode(TEXTS))
    assert_opens_as_returned(resumed, tmp_path / "cut")


def test_best_adapters_are_merged(recipe: Recipes, scripted: Callable[..., ScriptedDev], tmp_path: Path) -> None:
    """Step 2 of 6 scores best; the model is its `W + B A`."""
    dev = scripted(0.9, 0.5, 0.4)
    train(recipe(lora_rank=2), tmp_path / "out")
    after = weights(tmp_path / "out")
    for name in ADAPTED:
        merged, last = merged_weight(dev.seen[0], name), merged_weight(dev.seen[2], name)
        torch.testing.assert_close(after[name], merged, atol=1e-7, rtol=0)
        assert (last - merged).abs().max() > 1e-4


def merged_weight(state: dict[str, Tensor], name: str) -> Tensor:
    layer = f"0.model.{name.removesuffix('.weight')}"
    a, b = (state[f"{layer}.lora_{which}.default.weight"] for which in "AB")
    return state[f"{layer}.base_layer.weight"] + b @ a


def test_adapters_of_frozen_layers_leave_them_as_they_were(recipe: Recipes, xlm_roberta: Path, tmp_path: Path) -> None:
    train(recipe(lora_rank=2, freeze=1), tmp_path / "out")
    assert changed(tmp_path / "out", xlm_roberta) == {name for name in ADAPTED if ".layer.1." in name}


def test_dev_scores_follow_the_adapters(recipe: Recipes, tmp_path: Path) -> None:
    """The store of vectors must not give those of the step before."""
    train(recipe(lora_rank=4, learning_rate=0.1), tmp_path / "out")
    log = json.loads((tmp_path / "out" / "training.json").read_text())["log"]
    assert len({entry["eval_score"] for entry in log if "eval_score" in entry}) == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "isoglot/static", "lora_rank": 2}, "no transformer"),
        ({"model": "isoglot/static", "freeze": 1}, "no stack of layers"),
        ({"freeze": 3}, "2 layers"),
        ({"freeze": 2}, "nothing"),
        ({"learning_rates": ["layer"]}, "PATTERN=RATE"),
        ({"learning_rates": ["adapter=1e-3"]}, "'adapter'"),
        ({"learning_rates": ["embeddings=1e-3"], "freeze": 1}, "'embeddings'"),
        ({"learning_rates": ["embeddings=1e-3"], "lora_rank": 2}, "'embeddings'"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    changes: dict[str, Any], said: str, recipe: Recipes, toy_recipe: Recipes, tmp_path: Path
) -> None:
    with pytest.raises(RequestError) as caught:
        train((toy_recipe if "model" in changes else recipe)(**changes), tmp_path / "out")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
