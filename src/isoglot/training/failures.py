"""Steps that fail: numbers that are not finite."""

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from accelerate import PartialState

from isoglot.batches import Batch, Plan
from isoglot.batches.inventory import Rows
from isoglot.data import Collection
from isoglot.errors import IsoglotError
from isoglot.files import write_text

FAILED_BATCH = "failed-batch.json"
SHOWN = 3


class NotFiniteError(IsoglotError):
    """A loss or a gradient is infinite or not a number.

    Args:
        step: counted from 1.
        loss: mean over workers.
        gradient_norm: before clipping.
    """

    def __init__(self, step: int, loss: float, gradient_norm: float) -> None:
        which = f"gradient norm is {gradient_norm}" if math.isfinite(loss) else f"loss is {loss}"
        super().__init__(f"the {which} in step {step}")
        self.step, self.loss, self.gradient_norm = step, loss, gradient_norm


def check_finite(step: int, loss: float, gradient_norm: float) -> None:
    """Raise NotFiniteError unless both numbers of a step, counted from 1, are finite."""
    if not (math.isfinite(loss) and math.isfinite(gradient_norm)):
        raise NotFiniteError(step, loss, gradient_norm)


@contextmanager
def explained(plan: Plan, parts: Sequence[Collection], folder: Path) -> Iterator[None]:
    """Turn numbers that are not finite into one sentence that says what to do.

    Args:
        plan: of the batches.
        parts: the collections of the plan.
        folder: where the texts of a batch with numbers that are not finite are written.

    Raises:
        IsoglotError: numbers were not finite, in all workers together.
    """
    try:
        yield
    except NotFiniteError as problem:
        batch = plan.batch(problem.step - 1)
        part = parts[batch.collection]
        ids = ids_of(batch, part)
        if PartialState().is_main_process:
            write_batch(problem, batch, part, folder / FAILED_BATCH)
        raise IsoglotError(
            f"{problem}, a batch of {part.name} (queries {_shortly(ids['query_ids'])}; passages "
            f"{_shortly(ids['passage_ids'])}; all in {folder / FAILED_BATCH}); look at these texts, or train with a "
            "lower --learning-rate."
        ) from problem


def write_batch(problem: NotFiniteError, batch: Batch, part: Collection, path: Path) -> None:
    """Write what a failed step trained on: ids, and rows of the collection without its dev topics, -1 for none."""
    rows = {name: getattr(batch, name).tolist() for name in ("queries", "passages", "negatives", "versions")}
    about = {"step": problem.step, "loss": str(problem.loss), "gradient_norm": str(problem.gradient_norm)}
    write_text(path, json.dumps({**about, "collection": part.name, **ids_of(batch, part), **rows}) + "\n")


def ids_of(batch: Batch, part: Collection) -> dict[str, list[Any]]:
    """By what the texts of a batch are found in the collection as its user has it; for each query a list of the others.

    None stands where a query has fewer hard negatives or versions.
    """
    passage_ids = part.passages["passage_id"]

    def others(rows: Rows) -> list[list[str | None]]:
        return [passage_ids.take(pa.array(own, mask=own < 0)).to_pylist() for own in rows]

    return {
        "query_ids": part.queries["query_id"].take(batch.queries).to_pylist(),
        "passage_ids": passage_ids.take(batch.passages).to_pylist(),
        "negative_ids": others(batch.negatives),
        "version_ids": others(batch.versions),
    }


def _shortly(ids: Sequence[str]) -> str:
    return ", ".join(ids[:SHOWN]) + (", …" if len(ids) > SHOWN else "")
