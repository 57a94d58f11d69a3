"""Steps that fail end the training with one sentence, and lose nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from isoglot.batches import Plan, strategy_named
from isoglot.data.catalogue import open_collection
from isoglot.errors import IsoglotError, RequestError
from isoglot.models.load import load_model
from isoglot.training.checkpoints import last_checkpoint
from isoglot.training.failures import ids_of
from isoglot.training.loss import Objective
from isoglot.training.recipe import Recipe
from isoglot.training.run import train
from isoglot.training.setup import open_training_collections
from isoglot.training.trainer import PlanTrainer

Recipes = Callable[..., Recipe]


def poisoned_loss(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    """Multiply the loss of the fourth step."""
    steps, forward = iter(range(100)), Objective.forward

    def poisoned(self: Objective, vectors: Any, labels: Any) -> torch.Tensor:
        loss = forward(self, vectors, labels)
        return loss * value if next(steps) == 3 else loss

    monkeypatch.setattr(Objective, "forward", poisoned)


def test_weights_that_grow_beyond_all_numbers_are_told_as_divergence(toy_recipe: Recipes, tmp_path: Path) -> None:
    recipe = toy_recipe(learning_rate=1e38, eval_steps=1)
    said = r"after step [1-6] the vector of text \d+ \(.+\) is zero or not finite; train with a lower --learning-rate"
    with pytest.raises(IsoglotError, match=said):
        train(recipe, tmp_path / "out")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_loss_that_is_not_finite_stops_the_run_at_its_last_checkpoint(
    value: float, toy_recipe: Recipes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    poisoned_loss(monkeypatch, value)
    with pytest.raises(IsoglotError) as caught:
        train(toy_recipe(), tmp_path / "out")
    work = tmp_path / ".out.partial"
    said = str(caught.value)
    assert f"the loss is {value} in step 4, a batch of toy " in said
    assert str(work / "failed-batch.json") in said
    assert caught.value.exit_code == 1
    assert last_checkpoint(work / "checkpoints") == work / "checkpoints" / "checkpoint-2"
    collections, _ = open_training_collections(toy_recipe())
    batch = Plan(collections, strategy_named("hybrid"), batch_size=6, seed=0).batch(3)
    failed = json.loads((work / "failed-batch.json").read_text())
    assert (failed["step"], failed["collection"]) == (4, "toy")
    assert failed["queries"] == batch.queries.tolist()
    assert failed["passages"] == batch.passages.tolist()
    assert failed["versions"] == batch.versions.tolist()
    whole = open_collection(toy_recipe().train[0])  # with the dev topics, which rows do not count
    known = dict(zip(whole.passages["passage_id"].to_pylist(), whole.passage_texts, strict=True))
    asked = dict(zip(whole.queries["query_id"].to_pylist(), whole.query_texts, strict=True))
    assert [known[each] for each in failed["passage_ids"]] == [
        collections[0].passage_texts[row] for row in batch.passages
    ]
    assert [asked[each] for each in failed["query_ids"]] == [collections[0].query_texts[row] for row in batch.queries]
    assert f"(queries {', '.join(failed['query_ids'][:3])}, …; passages {failed['passage_ids'][0]}, " in said
    monkeypatch.undo()
    train(toy_recipe(), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failed_batch_is_told_by_the_ids_of_all_its_texts(toy_recipe: Recipes) -> None:
    (part,), _ = open_training_collections(toy_recipe())
    batch = Plan([part], strategy_named("hybrid"), batch_size=6, seed=0, versions=1).batch(3)
    batch.versions[2] = -1
    ids, known = ids_of(batch, part), part.passages["passage_id"].to_pylist()
    assert ids["version_ids"] == [[known[row] if row >= 0 else None for row in own] for own in batch.versions.tolist()]
    assert ids["version_ids"][2] == [None]
    assert ids["version_ids"][0] != [None]
    assert ids["negative_ids"] == [[]] * 6


@pytest.mark.parametrize("max_gradient_norm", [0, 1])
def test_gradient_that_is_not_finite_moves_no_weight(
    max_gradient_norm: float, toy_recipe: Recipes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the first step: there is no checkpoint to keep, but the batch to look at."""
    models = []

    def poison(self: PlanTrainer, *arguments: Any) -> torch.Tensor:
        loss = step(self, *arguments)
        weight = next(self.model.parameters())
        weight.grad = weight.grad.to_dense()
        weight.grad[3] = float("inf")
        models.append((self.model, weight.detach().clone()))
        return loss

    step = PlanTrainer.training_step
    monkeypatch.setattr(PlanTrainer, "training_step", poison)
    with pytest.raises(IsoglotError, match=r"the gradient norm is (inf|nan) in step 1, "):
        train(toy_recipe(max_gradient_norm=max_gradient_norm), tmp_path / "out")
    (model, before), *others = models
    assert not others
    assert torch.equal(next(model.parameters()), before)
    assert (tmp_path / ".out.partial" / "failed-batch.json").is_file()


def test_tokenizer_without_a_pad_token_is_refused_when_it_is_loaded(xlm_roberta: Path, tmp_path: Path) -> None:
    model = load_model(str(xlm_roberta))
    model[0].auto_model.save_pretrained(tmp_path / "gpt")
    backend = model.tokenizer.backend_tokenizer
    PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="</s>").save_pretrained(tmp_path / "gpt")
    with pytest.raises(RequestError) as caught:
        load_model(str(tmp_path / "gpt"))
    assert "pad token" in str(caught.value)
    assert str(tmp_path / "gpt") in str(caught.value)
