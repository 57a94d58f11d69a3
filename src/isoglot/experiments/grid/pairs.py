"""Which systems of an experiment are compared with which."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.work import BM25
from isoglot.training.recipe import Recipe

# The base of a comparison is the one that stands first: ordinary multilingual fine-tuning, and hybrid last.
STRATEGIES = ("mixed", "one-pair", "monolingual", "cross-lingual", "within-batch", "hybrid-one-pair", "hybrid")
DECIDED = ("model", "strategy", "seed")


@dataclass(frozen=True)
class StartModel:
    """What was trained from one start model.

    Args:
        model: its name or folder.
        main: the system of each strategy whose other fields have their reference values (see `reference`), in the
            order of `STRATEGIES`.
        variants: the systems of each strategy that differ from it.
        cells: one cell of each of these systems.
    """

    model: str
    main: dict[str, str]
    variants: dict[str, list[str]]
    cells: dict[str, Cell]

    @property
    def untrained(self) -> str:
        """What the start model is called among the results."""
        return f"untrained {self.model}"


def start_models(cells: Iterable[Cell]) -> list[StartModel]:
    """The systems by start model, in the order of the specification."""
    by_model: dict[str, list[Cell]] = {}
    for cell in cells:
        by_model.setdefault(cell.recipe.model, []).append(cell)
    return [_start_model(model, own) for model, own in by_model.items()]


def reference(recipes: list[Recipe]) -> dict[str, Any]:
    """The value of every field that the others are variants of: the default if it is among them, else the first."""
    found: dict[str, Any] = {}
    for name, field in Recipe.model_fields.items():
        values = [getattr(recipe, name) for recipe in recipes]
        found[name] = field.default if field.default in values else values[0]
    return found


def pairs_of(start: StartModel, corrections: Iterable[str]) -> list[tuple[str, str]]:
    """(base, other) names of all comparisons that the report shows, whether or not they were evaluated.

    Every two strategies with all else equal; the main system of each with the start model, its corrections and BM25,
    and with its own corrections; every two strategies both corrected, and the latter as it is with the former
    corrected, which is the cheap baseline; and each variant with the system of its strategy that it is a variant of.
    """
    main, suffixes = list(start.main.values()), [f" + {kind}" for kind in corrections]
    baselines = [start.untrained, *(start.untrained + suffix for suffix in suffixes), BM25]
    alone = _strategies_alone(start)
    return [
        *alone,
        *((baseline, system) for baseline in baselines for system in main),
        *((system, system + suffix) for system in main for suffix in suffixes),
        *(
            (base + suffix, other + same)
            for base, other in alone
            if {base, other} <= {*main}
            for suffix in suffixes
            for same in (suffix, "")
        ),
        *((start.main[strategy], variant) for strategy in start.main for variant in start.variants[strategy]),
    ]


def _strategies_alone(start: StartModel) -> list[tuple[str, str]]:
    """The pairs of systems that differ in their strategy alone, in the order of `STRATEGIES`."""
    ordered = [system for strategy in start.main for system in (start.main[strategy], *start.variants[strategy])]
    main = set(start.main.values())
    return [
        (base, other)
        for base, other in combinations(ordered, 2)
        if _differ_in_strategy(start.cells[base].recipe, start.cells[other].recipe, any_alpha={base, other} <= main)
    ]


def _differ_in_strategy(base: Recipe, other: Recipe, *, any_alpha: bool) -> bool:
    """Whether nothing but the strategy differs; an alpha that only one of them has does not count where `any_alpha`."""
    alpha = ("alpha", "alpha_end") if any_alpha else ()
    return base.strategy != other.strategy and _decisive(base, *alpha) == _decisive(other, *alpha)


def _start_model(model: str, cells: list[Cell]) -> StartModel:
    main: dict[str, str] = {}
    variants: dict[str, list[str]] = {}
    for strategy in sorted({cell.recipe.strategy for cell in cells}, key=STRATEGIES.index):
        own = [cell for cell in cells if cell.recipe.strategy == strategy]
        main[strategy], *variants[strategy] = _reference_first(own)
    return StartModel(model, main, variants, {cell.system: cell for cell in reversed(cells)})


def _reference_first(cells: list[Cell]) -> list[str]:
    expected = _decisive(Recipe.model_validate(reference([cell.recipe for cell in cells])))
    systems = {cell.system: _decisive(cell.recipe) for cell in cells}
    return sorted(systems, key=lambda name: systems[name] != expected)


def _decisive(recipe: Recipe, *but: str) -> str:
    return json.dumps(recipe.model_dump(exclude={*DECIDED, *but}))
