"""The cells of a grid: every training once, named by what decides it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from typing import Any

from pydantic import ValidationError

from isoglot.errors import RequestError, unknown
from isoglot.experiments.grid.spec import Spec
from isoglot.training.recipe import Recipe, sentence_of

# Strategies that alpha decides; for the others it is put back to the default, so that no training is done twice.
WITH_ALPHA = ("hybrid", "within-batch")


@dataclass(frozen=True)
class Cell:
    """One training of a grid.

    Args:
        recipe: what it trains.
        system: what is trained, whatever the seed: the fields that tell it from the other systems.
    """

    recipe: Recipe
    system: str

    @property
    def key(self) -> str:
        """Name of its folder: a hash of what the recipe says, without defaults: new fields change nothing."""
        decided = self.recipe.model_dump(exclude_defaults=True)
        return sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()[:12]


def cells_of(spec: Spec) -> list[Cell]:
    """Every cell of the grid, each once, in the order of the specification.

    Raises:
        RequestError: a field is no recipe field, or has a wrong value.
    """
    recipes = list({json.dumps(recipe.model_dump()): recipe for recipe in _recipes(spec)}.values())
    varied = _varied(recipes)
    return [Cell(recipe, _system(recipe, varied)) for recipe in recipes]


def _recipes(spec: Spec) -> Iterator[Recipe]:
    for block in spec.grid:
        for name in (*block, *spec.recipe):
            if name not in Recipe.model_fields:
                raise unknown("recipe field", name, Recipe.model_fields)
        for values in product(*block.values()):
            yield _recipe({**spec.recipe, **dict(zip(block, values, strict=True))})


def _recipe(fields: dict[str, Any]) -> Recipe:
    if fields.get("strategy", Recipe.model_fields["strategy"].default) not in WITH_ALPHA:
        fields = {name: value for name, value in fields.items() if name not in ("alpha", "alpha_end")}
    try:
        return Recipe.model_validate(fields)
    except ValidationError as problem:
        raise RequestError(sentence_of(problem)) from problem


def _varied(recipes: list[Recipe]) -> list[str]:
    """The fields but the seed that differ between recipes, the strategy first."""
    differing = [
        name
        for name in Recipe.model_fields
        if name not in ("seed", "strategy") and len({json.dumps(recipe.model_dump()[name]) for recipe in recipes}) > 1
    ]
    return ["strategy", *differing]


def _system(recipe: Recipe, varied: list[str]) -> str:
    """What a person calls the system: its strategy, and what else varies and is not the default."""
    default = {name: field.default for name, field in Recipe.model_fields.items()}
    told = [
        f"{name.replace('_', ' ')} {_shown(value)}"
        for name in varied[1:]
        if (value := getattr(recipe, name)) != default[name]
    ]
    return ", ".join([recipe.strategy, *told])


def _shown(value: Any) -> str:
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)
