"""Where the cells of an experiment lie, and what is finished of each."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from isoglot.evaluation.files import SCORES
from isoglot.experiments.grid.cells import Cell
from isoglot.training.record import RECORD

CELLS, BASELINES, EVALUATIONS, MODEL, LOG = "cells", "baselines", "evaluations", "model", "log.txt"


@dataclass(frozen=True)
class CellFolder:
    """The folder of one cell or baseline.

    Args:
        path: the folder.
        model: its model, as `isoglot evaluate` names it.
    """

    path: Path
    model: str

    @classmethod
    def of_cell(cls, out: Path, cell: Cell) -> "CellFolder":
        """The folder of a training."""
        path = out / CELLS / cell.key
        return cls(path, str(path / MODEL))

    @classmethod
    def of_baseline(cls, out: Path, name: str, model: str) -> "CellFolder":
        """The folder of what needs no training."""
        return cls(out / BASELINES / slug(name), model)

    @property
    def is_trained(self) -> bool:
        """Whether the training is finished."""
        return (self.path / MODEL / RECORD).is_file()

    def evaluation(self, collection: str) -> Path:
        """Where the evaluation on a collection or group goes, named as in the specification."""
        return self.path / EVALUATIONS / slug(collection.partition("=")[0])

    def has_scores(self, collections: list[str]) -> bool:
        """Whether it was evaluated on all of these, with whatever options."""
        return all((self.evaluation(collection) / SCORES).is_file() for collection in collections)


def slug(name: str) -> str:
    """A name as part of a path.

    >>> slug("beir/scifact"), slug("isoglot/use-m3")
    ('beir-scifact', 'isoglot-use-m3')
    """
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")


def write_cell(folder: CellFolder, cell: Cell) -> None:
    """Say in the folder what it holds."""
    folder.path.mkdir(parents=True, exist_ok=True)
    about = {"system": cell.system, "seed": cell.recipe.seed, "recipe": cell.recipe.model_dump()}
    (folder.path / "cell.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
