"""What the tests of training share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
