"""The dev score that chooses checkpoints: all languages and all settings weigh in, English does not decide alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.evaluation import SentenceEvaluator

from isoglot.data import Collection
from isoglot.errors import IsoglotError
from isoglot.evaluation.evaluate import evaluate
from isoglot.models.encode import VectorError
from isoglot.training.memory import enough_memory


class DevEvaluator(SentenceEvaluator):
    """Mean AP over the settings that a dev collection has, then over the dev collections.

    Args:
        collections: the dev topics of each training collection, in all their languages.
    """

    def __init__(self, collections: list[Collection]) -> None:
        super().__init__()
        self.collections = collections
        self.primary_metric = "score"

    def __call__(self, model: SentenceTransformer, *_: Any, steps: int = 0, **__: Any) -> dict[str, float]:
        """Score the model; `score` decides, the rest is for the log: AP by setting, the score by collection.

        Args:
            model: after `steps` steps.
            steps: for the error.

        Raises:
            IsoglotError: a text has a vector that is zero or not finite.
        """
        advice = " while scoring the dev topics: hold back fewer of them (--dev-topics)"
        with enough_memory(advice), divergence_explained(steps):
            found = [evaluate(model, collection).scores["settings"] for collection in self.collections]
        by_setting = {
            setting: float(np.mean([scores[setting]["AP"] for scores in found if scores[setting]]))
            for setting in found[0]
            if any(scores[setting] for scores in found)
        }
        scores = [float(np.mean([own["AP"] for own in each.values() if own])) for each in found]
        return {
            "score": float(np.mean(scores)),
            **{f"AP_{setting}": value for setting, value in by_setting.items()},
            **{f"score_{each.name}": score for each, score in zip(self.collections, scores, strict=True)},
        }


@contextmanager
def divergence_explained(step: int) -> Iterator[None]:
    """Say what to do in a training where a vector of the model after `step` steps has no direction."""
    try:
        yield
    except VectorError as problem:
        raise IsoglotError(
            f"after step {step} {problem.args[0]}; train with a lower --learning-rate if the losses say that training "
            "diverged, else leave the text out."
        ) from problem
