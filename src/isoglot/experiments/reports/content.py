"""What a report is made of: everything that an experiment's folder holds, read once."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from isoglot.errors import RequestError
from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.experiments.grid.cells import Cell, cells_of
from isoglot.experiments.grid.comparisons import Question, Statistics, questions_of, statistics_of
from isoglot.experiments.grid.contrast import Estimate
from isoglot.experiments.grid.experiment import SPEC
from isoglot.experiments.grid.folder import MODEL, CellFolder
from isoglot.experiments.grid.pairs import StartModel, start_models
from isoglot.experiments.grid.results import Results, results_of
from isoglot.experiments.grid.spec import Spec, read_spec
from isoglot.training.record import RECORD

HYBRID = "hybrid"


@dataclass(frozen=True)
class Content:
    """An experiment with its results and statistics.

    Args:
        folder: where it lies.
        spec: its specification.
        cells: all trainings, finished or not.
        starts: the systems by start model.
        results: the finished evaluations, by collection and system.
        scores: the content of `scores.json` of each seed, by (collection, system).
        records: the content of `training.json` of each finished cell, by its key.
        statistics: by collection.
    """

    folder: Path
    spec: Spec
    cells: list[Cell]
    starts: list[StartModel]
    results: list[Results]
    scores: dict[tuple[str, str], list[dict[str, Any]]]
    records: dict[str, dict[str, Any]]
    statistics: dict[str, Statistics]

    @property
    def collections(self) -> list[str]:
        """Everything that was evaluated on, in the order of the specification."""
        return list(self.statistics)

    @property
    def systems(self) -> list[str]:
        """Everything with a result, in the order of the specification."""
        return list(dict.fromkeys(each.system for each in self.results))

    def questions(self, collection: str) -> list[Question]:
        """The (setting, measure) pairs that are reported for a collection."""
        return questions_of(collection, self.any_scores(collection))

    def any_scores(self, collection: str) -> dict[str, Any]:
        """Scores of whatever system, for what all have in common."""
        return next(scores[0] for (name, _), scores in self.scores.items() if name == collection)

    def estimate(self, collection: str, system: str, question: Question) -> Estimate | None:
        """The mean of a system; None where it was not evaluated."""
        return self._estimates.get((collection, system, *question))

    def comparison(self, collection: str, base: str, other: str, question: Question) -> Comparison | None:
        """The difference of two systems; None where they were not compared."""
        return self._comparisons.get((collection, base, other, *question))

    @cached_property
    def _estimates(self) -> dict[tuple[str, ...], Estimate]:
        found = (each for own in self.statistics.values() for each in own.estimates)
        return {(each.collection, each.system, each.setting, each.measure): each for each in found}

    @cached_property
    def _comparisons(self) -> dict[tuple[str, ...], Comparison]:
        found = (each for own in self.statistics.values() for each in own.comparisons)
        return {(each.collection, each.base, each.other, each.setting, each.measure): each for each in found}


def read_content(folder: Path) -> Content:
    """Read an experiment's folder and compute its statistics.

    Raises:
        RequestError: the folder holds no experiment, or nothing of it was evaluated yet.
    """
    if not (folder / SPEC).is_file():
        raise RequestError(f"{folder} holds no {SPEC}; give a folder that `isoglot experiment --out` wrote.")
    spec = read_spec(folder / SPEC)
    cells = cells_of(spec)
    results = results_of(spec, cells, folder)
    if not results:
        raise RequestError(f"{folder} holds no finished evaluation; run `isoglot experiment` until one is there.")
    return Content(
        folder,
        spec,
        cells,
        start_models(cells),
        results,
        {(each.collection, each.system): each.scores for each in results},
        {cell.key: json.loads(path.read_text(encoding="utf-8")) for cell, path in _records(folder, cells)},
        {each.collection: each for each in statistics_of(spec, cells, results)},
    )


def _records(folder: Path, cells: list[Cell]) -> list[tuple[Cell, Path]]:
    paths = [(cell, CellFolder.of_cell(folder, cell).path / MODEL / RECORD) for cell in cells]
    return [(cell, path) for cell, path in paths if path.is_file()]
