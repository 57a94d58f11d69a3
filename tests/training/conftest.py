"""What the tests of training share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from sentence_transformers.sentence_transformer.evaluation import SentenceEvaluator

from isoglot.training import setup
from isoglot.training.recipe import Recipe
from toys import all_texts, save_xlm_roberta, write_parallel_qa


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A parallel collection of 40 topics in three languages, as a recipe names it."""
    return str(write_parallel_qa(tmp_path_factory.mktemp("corpus") / "toy.jsonl", 40))


@pytest.fixture(scope="session")
def xlm_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny plain XLM-R with dropout."""
    return save_xlm_roberta(tmp_path_factory.mktemp("models") / "tiny-xlm-r", all_texts(40, ("en", "de", "fr")))


@pytest.fixture(scope="session")
def toy_recipe(corpus: str) -> Callable[..., Recipe]:
    """Recipes of a few quick steps on the corpus, with the changes given."""

    def recipe(**changes: Any) -> Recipe:
        small = {"batch_size": 6, "steps": 6, "eval_steps": 2, "dev_topics": 8, "learning_rate": 1e-2}
        return Recipe(**{"model": "isoglot/static", "train": [corpus], **small, **changes})

    return recipe


class ScriptedDev(SentenceEvaluator):
    """Stands for the dev evaluator: gives the scores of a script, and keeps the weights that each was given for."""

    def __init__(self, scores: list[float]) -> None:
        super().__init__()
        self.scores, self.seen = scores, []
        self.primary_metric = "score"

    def __call__(self, model: torch.nn.Module, *_: Any, **__: Any) -> dict[str, float]:
        self.seen.append({name: value.clone() for name, value in model.state_dict().items()})
        return {"score": self.scores[len(self.seen) - 1]}


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ScriptedDev]:
    """Put a script of scores in the place of the dev evaluator."""

    def replace_evaluator(*scores: float) -> ScriptedDev:
        dev = ScriptedDev(list(scores))
        monkeypatch.setattr(setup, "DevEvaluator", lambda _: dev)
        return dev

    return replace_evaluator
