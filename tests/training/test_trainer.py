"""What the trainer trains on, and which of its checkpoints becomes the model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from isoglot.batches import Plan, strategy_named
from isoglot.data import Collection, storage
from isoglot.models.load import load_model
from isoglot.training import trainer
from isoglot.training.reading import Share
from isoglot.training.recipe import Recipe
from isoglot.training.run import train
from isoglot.training.step import loss_with_gradients
from isoglot.training.trainer import PlannedSteps, PlanTrainer
from training.conftest import ScriptedDev

Recipes = Callable[..., Recipe]


def test_dropout_is_on_while_training(
    toy_recipe: Recipes, xlm_roberta: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    modes, encode = [], PlanTrainer._encode

    def watch(self: PlanTrainer, features: dict[str, Any]) -> Tensor:
        modes.append({module.training for module in self.model.modules()})
        return encode(self, features)

    monkeypatch.setattr(PlanTrainer, "_encode", watch)
    train(toy_recipe(model=str(xlm_roberta)), tmp_path / "out")
    assert modes == [{True}] * 6


@pytest.fixture
def shares(monkeypatch: pytest.MonkeyPatch) -> list[Share]:
    """Fills with what every step trains on."""
    seen: list[Share] = []

    def watching(encode: Any, objective: Any, share: Share, **options: Any) -> Tensor:
        seen.append(share)
        return loss_with_gradients(encode, objective, share, **options)

    monkeypatch.setattr(trainer, "loss_with_gradients", watching)
    return seen


def with_negatives(folder: Path) -> Collection:
    """Thirty parallel topics in two languages, two of three with two judged negatives in each language."""
    languages, topics = ("en", "de"), range(30)
    collection = Collection.from_rows(
        "judged",
        queries=[
            {"query_id": f"q{t}{code}", "topic_id": f"t{t}", "language": code, "text": f"ask {t} {code}"}
            for t in topics
            for code in languages
        ],
        passages=[
            {"passage_id": f"{kind}{t}{code}", "parallel_id": f"{kind}{t}", "language": code,
             "title": f"head {t}" if t % 2 else "", "text": f"{kind} {t} {code}"}
            for t in topics
            for code in languages
            for kind in ("yes", "no", "never")
        ],
        qrels=[
            {"topic_id": f"t{t}", "passage_id": f"{kind}{t}{code}", "relevance": int(kind == "yes")}
            for t in topics
            for code in languages
            for kind in ("yes", "no", "never")
            if kind == "yes" or t % 3
        ],
    )  # fmt: skip
    storage.save(collection, folder)
    return collection


@pytest.mark.parametrize("negatives", [0, 2])
def test_features_are_those_of_the_plan_with_the_prompt_of_their_role(
    negatives: int, xlm_roberta: Path, shares: list[Share], tmp_path: Path
) -> None:
    collection = with_negatives(tmp_path / "judged")
    recipe = Recipe(
        model=str(xlm_roberta), train=[str(tmp_path / "judged")], batch_size=5, steps=4, dev_topics=0,
        negatives=negatives, passage_prompt="Text: ", seed=7,
    )  # fmt: skip
    train(recipe, tmp_path / "out")
    tokenizer = load_model(str(xlm_roberta)).tokenizer
    plan = Plan([collection], strategy_named("hybrid"), batch_size=5, seed=7, negatives=negatives)
    queries, passages = collection.query_texts, collection.passage_texts
    assert len(shares) == 4
    for step, share in enumerate(shares):
        batch = plan.batch(step)
        rows = np.where(batch.negatives >= 0, batch.negatives, batch.passages[:, None]).ravel()
        expected = [f"Query: {queries[row]}" for row in batch.queries]
        expected += [f"Text: {passages[row]}" for row in (*batch.passages, *rows)]
        found = share.texts.features(np.arange(len(expected)))
        assert found["input_ids"].tolist() == tokenizer(expected, padding=True)["input_ids"]
        assert share.sizes == [5, 5, *([10] if negatives else [])]
        assert torch.equal(share.labels.excluded, torch.from_numpy(batch.excluded))
        assert share.labels.excluded.shape == (5, 5 * (1 + negatives))


def test_workers_shares_put_together_are_the_global_batch(tmp_path: Path) -> None:
    plan = Plan(
        [with_negatives(tmp_path / "judged")], strategy_named("hybrid"), batch_size=6, seed=0, negatives=1
    )  # fmt: skip
    whole, shares = PlannedSteps(plan, 3)[2], [PlannedSteps(plan, 3, rank, 3)[2] for rank in range(3)]
    for name in ("topics", "queries", "passages", "negatives", "excluded"):
        parts = [getattr(share, name) for share in shares]
        np.testing.assert_array_equal(np.concatenate(parts), getattr(whole, name))


def test_best_checkpoint_is_returned_and_saved_where_the_last_is_worse(
    toy_recipe: Recipes, scripted: Callable[..., ScriptedDev], tmp_path: Path
) -> None:
    dev = scripted(0.2, 0.9, 0.3, 0.4)
    model = train(toy_recipe(steps=8), tmp_path / "out")
    best, last = dev.seen[1], dev.seen[3]
    assert any(not torch.equal(best[name], last[name]) for name in best)
    assert all(torch.equal(best[name], value) for name, value in model.state_dict().items())
    reopened = load_model(str(tmp_path / "out")).state_dict()
    assert all(torch.equal(best[name], value) for name, value in reopened.items())
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert (record["best_step"], record["dev_score"]) == (4, 0.9)


def test_steps_after_the_last_round_of_evaluation_are_evaluated_too(
    toy_recipe: Recipes, scripted: Callable[..., ScriptedDev], tmp_path: Path
) -> None:
    dev = scripted(0.1, 0.2, 0.3)
    model = train(toy_recipe(steps=5), tmp_path / "out")
    assert len(dev.seen) == 3
    assert all(torch.equal(dev.seen[2][name], value) for name, value in model.state_dict().items())


def test_training_stops_after_patience_evaluations_without_a_gain(
    toy_recipe: Recipes, scripted: Callable[..., ScriptedDev], tmp_path: Path
) -> None:
    dev = scripted(0.1, 0.5, 0.5, 0.4, 0.9, 0.9)
    model = train(toy_recipe(steps=12, patience=2), tmp_path / "out")
    assert len(dev.seen) == 4
    assert all(torch.equal(dev.seen[1][name], value) for name, value in model.state_dict().items())


def test_run_that_patience_ended_does_not_train_on_when_it_is_resumed(
    toy_recipe: Recipes, scripted: Callable[..., ScriptedDev], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Cut off after its last checkpoint; one more evaluation would have been the best."""
    recipe, dev = toy_recipe(steps=12, patience=2), scripted(0.5, 0.4, 0.3, 0.9)
    with monkeypatch.context() as patched:
        patched.setattr(PlanTrainer, "_finalize_training", fail)
        with pytest.raises(RuntimeError, match="cut off"):
            train(recipe, tmp_path / "out")
    model = train(recipe, tmp_path / "out")
    assert len(dev.seen) == 3
    assert all(torch.equal(dev.seen[0][name], value) for name, value in model.state_dict().items())


def fail(*_: Any) -> None:
    raise RuntimeError("cut off")
