"""The cells of a grid: every training once, named by what decides it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from isoglot.errors import RequestError, unknown
from isoglot.experiments.grid.spec import Spec
from isoglot.training.recipe import WITH_ALPHA, Recipe, sentence_of

MOST_NAMED = 3  # entries of a list that a system's name says it lacks


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
    usual = {name: field.default for name, field in Recipe.model_fields.items()} | spec.recipe
    varied = _varied(recipes)
    return [Cell(recipe, _system(recipe, varied, usual)) for recipe in recipes]


def _recipes(spec: Spec) -> Iterator[Recipe]:
    for block in spec.grid:
        for name in (*block, *spec.recipe):
            if name not in Recipe.model_fields:
                raise unknown("recipe field", name, Recipe.model_fields)
        for values in product(*block.values()):
            yield _recipe({**spec.recipe, **dict(zip(block, values, strict=True))})


def _recipe(fields: dict[str, Any]) -> Recipe:
    """The recipe; an alpha that its strategy lacks goes back to the default, so that no training is done twice."""
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


def _system(recipe: Recipe, varied: list[str], usual: dict[str, Any]) -> str:
    """What a person calls the system: its strategy, and what else varies and is not as usual."""
    told = [
        " ".join(filter(None, [name.replace("_", " "), _shown(value, usual[name])]))
        for name in varied[1:]
        if (value := getattr(recipe, name)) != usual[name]
    ]
    return ", ".join([recipe.strategy, *told])


def _shown(value: Any, usual: Any) -> str:
    """A value; of a list that differs from the usual one how it does, by the names of its files.

    >>> _shown(["a", "data/d.jsonl"], ["a", "c"]), _shown([1, 2], [1, 2, 3, 4, 5, 6]), _shown(0.25, 0.5)
    ('d without c', '2 of 6', '0.25')
    >>> _shown(["a"], None), _shown(True, False)  # a field that is on needs its name alone
    ('a', '')
    """
    if not isinstance(value, list):
        return "" if value is True else str(value)
    known = usual if isinstance(usual, list) else []
    more, less = ([_stem(each) for each in one if each not in other] for one, other in ((value, known), (known, value)))
    if len(more) > MOST_NAMED:
        return f"{len(more)} others"
    if len(less) > MOST_NAMED and not more:
        return f"{len(value)} of {len(known)}"
    without = f"without {' and '.join(less)}" if less else ""
    return " ".join(filter(None, [" + ".join(more), without]))


def _stem(name: Any) -> str:
    return Path(str(name)).name.partition(".")[0] if isinstance(name, str) else str(name)
