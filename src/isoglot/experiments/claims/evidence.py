"""What claims are judged by: the finished evaluations of an experiment and the statistics of its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.experiments.claims.claim import Alignment
from isoglot.experiments.claims.draws import Draws, draw_again
from isoglot.experiments.claims.start import alignment_of
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.comparisons import Statistics, statistics_of
from isoglot.experiments.grid.folder import CellFolder
from isoglot.experiments.grid.pairs import StartModel, start_models
from isoglot.experiments.grid.results import Results, results_of
from isoglot.experiments.grid.spec import Spec


@dataclass(frozen=True)
class Evidence:
    """What an experiment found.

    Args:
        out: its folder.
        cells: all trainings, finished or not.
        results: the finished evaluations.
        statistics: of each collection.
        resamples: of tests that are made for a claim.
    """

    out: Path
    cells: list[Cell]
    results: list[Results]
    statistics: list[Statistics]
    resamples: int

    @classmethod
    def of(cls, spec: Spec, cells: list[Cell], out: Path) -> "Evidence":
        """Everything that is finished in an experiment's folder."""
        results = results_of(spec, cells, out)
        return cls(out, cells, results, statistics_of(spec, cells, results), spec.resamples)

    @cached_property
    def starts(self) -> list[StartModel]:
        """The systems by start model."""
        return start_models(self.cells)

    @cached_property
    def by_system(self) -> dict[tuple[str, str], Results]:
        """The evaluations by (collection, system)."""
        return {(each.collection, each.system): each for each in self.results}

    @cached_property
    def scores(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """The content of `scores.json` of each seed, by (collection, system)."""
        return {key: each.scores for key, each in self.by_system.items()}

    @cached_property
    def trained(self) -> set[str]:
        """The systems that were trained, whose names tell no correction."""
        return {cell.system for cell in self.cells}

    @cached_property
    def draws(self) -> Draws | None:
        """The batches of hybrid trainings, drawn again; None where there are none, see `hybrid_trainings`.

        Raises:
            IsoglotError: see `draw_again`.
        """
        trainings = self.hybrid_trainings
        return draw_again(trainings) if trainings else None

    @property
    def hybrid_trainings(self) -> list[tuple[Cell, CellFolder]]:
        """The finished ones of the first start model that has any, with one alpha and all data from the start.

        Those of another start model would draw the same batches.
        """
        for start in self.starts:
            found = self.folders(start.main.get("hybrid", ""))
            steady = [(cell, folder) for cell, folder in found if _is_steady(cell)]
            if steady:
                return steady
        return []

    def starts_that_are(self, alignment: Alignment | None) -> list[StartModel]:
        """The start models of a kind; all where none is named."""
        return [start for start in self.starts if alignment in (None, alignment_of(start.model))]

    def collections(self, patterns: Sequence[str]) -> list[str]:
        """The evaluated collections that one of the patterns names."""
        evaluated = dict.fromkeys(each.collection for each in self.results)
        return [name for name in evaluated if any(fnmatchcase(name, pattern) for pattern in patterns)]

    def lacks(self, patterns: Sequence[str]) -> str:
        """What to say where no collection of these was evaluated."""
        evaluated = ", ".join(dict.fromkeys(each.collection for each in self.results)) or "none"
        return f"It takes an evaluation on {' or '.join(patterns)}; this run has {evaluated}."

    def comparison(
        self, collection: str, systems: tuple[str, str], setting: str, measure: str
    ) -> tuple[Comparison, int] | None:
        """The comparison of a base with another system, and -1 where it was made the other way round; None for none."""
        for own in self.statistics:
            for each in own.comparisons:
                if (each.collection, each.setting, each.measure) == (collection, setting, measure):
                    if (each.base, each.other) == systems:
                        return each, 1
                    if (each.other, each.base) == systems:
                        return each, -1
        return None

    def folders(self, system: str) -> list[tuple[Cell, CellFolder]]:
        """The finished trainings of a system, by seed."""
        own = [(cell, CellFolder.of_cell(self.out, cell)) for cell in self.cells if cell.system == system]
        return [(cell, folder) for cell, folder in own if folder.is_trained]


def system_of(start: StartModel, name: str) -> str:
    """What a claim's system is called among the results of a start model.

    A strategy is its system with reference values, `untrained` the start model, each with a correction or without; any
    other name is meant as it stands.
    """
    stem, plus, correction = name.partition(" + ")
    return {"untrained": start.untrained, **start.main}.get(stem, stem) + plus + correction


def _is_steady(cell: Cell) -> bool:
    return cell.recipe.curriculum is None and cell.recipe.alpha_end is None
