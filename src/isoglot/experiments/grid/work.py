"""What is to be done for each cell and baseline: commands that a person could type, each with the file it leaves."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from isoglot.evaluation.files import SCORES
from isoglot.experiments.evaluation import BM25
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.folder import MODEL, CellFolder, write_cell
from isoglot.experiments.grid.spec import Spec
from isoglot.files import write_text
from isoglot.training.recipe import write_recipe
from isoglot.training.record import RECORD

RECIPE = "recipe.yaml"
OPTIONS = "options.json"  # beside a result: those of its command


@dataclass(frozen=True)
class Step:
    """One command.

    Args:
        arguments: of `isoglot`.
        result: the file that is there once it is done.
        options: those of the arguments that another specification may change while the result's place stays.
    """

    arguments: list[str]
    result: Path
    options: list[str] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether the result is there and was made with these options."""
        return self.result.is_file() and self._recorded() == self.options

    def record(self) -> None:
        """Say beside the result which options it was made with."""
        if self.options:
            write_text(self.result.with_name(OPTIONS), json.dumps(self.options) + "\n")

    def _recorded(self) -> list[str]:
        path = self.result.with_name(OPTIONS)
        options: list[str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
        return options

    @property
    def command(self) -> list[str]:
        """What the system runs: as `isoglot` does, without the modules that lie where it is called (-P)."""
        return [sys.executable, "-P", "-m", "isoglot", *self.arguments]


@dataclass(frozen=True)
class Work:
    """The steps of one cell or baseline, in their order.

    Args:
        name: what it is called in the progress and in failures.
        folder: where everything of it lies.
        steps: all, also those that are done.
    """

    name: str
    folder: CellFolder
    steps: list[Step]

    @property
    def is_done(self) -> bool:
        """Whether every step is done."""
        return all(step.is_done for step in self.steps)


def work_of(spec: Spec, cells: list[Cell], out: Path) -> list[Work]:
    """Everything an experiment does, baselines first: they tell soon whether the collections can be opened."""
    return [*baselines_work(spec, cells, out), *(training_work(spec, cell, out) for cell in cells)]


def prepare(cells: list[Cell], out: Path) -> None:
    """Write the recipe of every cell where its command looks for it."""
    for cell in cells:
        folder = CellFolder.of_cell(out, cell)
        write_cell(folder, cell)
        (folder.path / RECIPE).write_text(write_recipe(cell.recipe), encoding="utf-8")


def training_work(spec: Spec, cell: Cell, out: Path) -> Work:
    """What is done for one cell: its training, then its evaluations in the order of the specification."""
    folder = CellFolder.of_cell(out, cell)
    model = folder.path / MODEL
    train = Step(["train", str(folder.path / RECIPE), "--out", str(model)], model / RECORD)
    evaluations = _evaluations(spec, folder, _length(spec.max_length))
    return Work(f"{cell.system}, seed {cell.recipe.seed}", folder, [train, *evaluations])


def baselines_work(spec: Spec, cells: list[Cell], out: Path) -> Iterator[Work]:
    """What is done for each baseline: its evaluations in the order of the specification."""
    if "untrained" in spec.baselines:
        for recipe in {cell.recipe.model: cell.recipe for cell in cells}.values():
            folder = CellFolder.of_baseline(out, f"untrained-{recipe.model}", recipe.model)
            options = [
                option
                for name in ("query_prompt", "passage_prompt", "pooling")
                if (value := getattr(recipe, name)) is not None
                for option in (f"--{name.replace('_', '-')}", str(value))
            ]
            options += _length(spec.max_length or recipe.max_length)
            yield Work(f"untrained {recipe.model}", folder, list(_evaluations(spec, folder, options)))
    if BM25 in spec.baselines:
        folder = CellFolder.of_baseline(out, BM25, BM25)
        yield Work(BM25, folder, list(_evaluations(spec, folder, [])))


def _length(tokens: int | None) -> list[str]:
    return [] if tokens is None else ["--max-length", str(tokens)]


def _evaluations(spec: Spec, folder: CellFolder, options: list[str]) -> Iterator[Step]:
    for measure in spec.measures:
        options = [*options, "--measure", measure]
    if spec.corrections_fit and folder.model != BM25:
        options = [*options, "--debias-fit", spec.corrections_fit]
        options += [option for kind in spec.corrections for option in ("--debias", kind)]
    for collection in spec.evaluate:
        place = folder.evaluation(collection)
        command = ["evaluate", folder.model, collection, "--out", str(place), "--overwrite", *options]
        yield Step(command, place / SCORES, options)
