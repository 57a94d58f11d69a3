"""What is left to do of an experiment: time and disk."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.rates import Rates, measured_rates, probed_rates, texts_of_training
from isoglot.experiments.grid.spec import Spec
from isoglot.experiments.grid.work import Step, Work, baselines_work, training_work

CHECKPOINT = 3  # weights and the two moments of AdamW


@dataclass(frozen=True)
class Estimate:
    """What a cell or baseline, or several, will still take.

    Args:
        seconds: one after another.
        kept_bytes: that stay in the experiment's folder.
        passing_bytes: of the checkpoints while it trains.
        vector_bytes: in the embedding store.
    """

    seconds: float = 0.0
    kept_bytes: float = 0.0
    passing_bytes: float = 0.0
    vector_bytes: float = 0.0

    def __add__(self, other: "Estimate") -> "Estimate":
        """Both; what passes does so one after the other."""
        return Estimate(
            self.seconds + other.seconds,
            self.kept_bytes + other.kept_bytes,
            max(self.passing_bytes, other.passing_bytes),
            self.vector_bytes + other.vector_bytes,
        )


def rates_of(spec: Spec, cells: list[Cell], out: Path) -> dict[str, Rates]:
    """The rates of each start model of which something is left to do: measured here, else probed.

    Raises:
        IsoglotError: see `probed_rates`.
    """
    found: dict[str, Rates] = {}
    for model in dict.fromkeys(cell.recipe.model for cell in cells):
        own = [cell for cell in cells if cell.recipe.model == model]
        baselines = [work for work in baselines_work(spec, own, out) if work.folder.model == model]
        if not all(work.is_done for work in (*baselines, *(training_work(spec, cell, out) for cell in own))):
            found[model] = measured_rates(spec, own, out) or probed_rates(spec, own[0].recipe)
    return found


def estimate_of(spec: Spec, cell: Cell, out: Path, rates: Mapping[str, Rates]) -> Estimate:
    """What is left to do of a cell; nothing of one that is finished."""
    work = training_work(spec, cell, out)
    if work.is_done:
        return Estimate()
    own = rates[cell.recipe.model]
    training, *evaluations = work.steps
    evaluation = _evaluation_seconds(spec, evaluations, own)
    if training.is_done:
        return Estimate(evaluation, 0.0, 0.0, own.vector_bytes)
    checkpoints = math.ceil(cell.recipe.steps / cell.recipe.eval_steps)
    return Estimate(
        own.text_seconds * texts_of_training(cell.recipe) + evaluation,
        own.model_bytes,
        checkpoints * CHECKPOINT * own.model_bytes,
        own.vector_bytes,
    )


def baseline_estimate(spec: Spec, work: Work, rates: Mapping[str, Rates]) -> Estimate | None:
    """What is left to do of a baseline; None where that is not known: BM25 encodes nothing."""
    if work.is_done:
        return Estimate()
    if work.folder.model not in rates:
        return None
    own = rates[work.folder.model]
    return Estimate(_evaluation_seconds(spec, work.steps, own), 0.0, 0.0, own.vector_bytes)


def _evaluation_seconds(spec: Spec, evaluations: Sequence[Step], rates: Rates) -> float:
    """Of those evaluations that are not done, one for each entry of the specification."""
    left = [name for name, step in zip(spec.evaluate, evaluations, strict=True) if not step.is_done]
    return sum(rates.evaluation_seconds[name] for name in left)
