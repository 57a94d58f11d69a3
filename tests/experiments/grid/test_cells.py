"""Cells: each training once, named by what decides it and told by what varies."""

import pytest

from isoglot.errors import RequestError
from isoglot.experiments.grid.cells import Cell, cells_of
from isoglot.experiments.grid.spec import Spec


def cells(*grid: dict, **recipe: object) -> list[Cell]:
    return cells_of(Spec.model_validate({"name": "x", "recipe": recipe, "grid": list(grid), "evaluate": ["xquad-r"]}))


def test_blocks_are_products_and_what_they_share_is_trained_once() -> None:
    found = cells({"strategy": ["hybrid", "mixed"], "seed": [0, 1]}, {"strategy": ["hybrid"], "alpha": [0.5, 0.75]})
    assert [(cell.system, cell.recipe.seed) for cell in found] == [
        ("hybrid", 0), ("hybrid", 1), ("mixed", 0), ("mixed", 1), ("hybrid, alpha 0.75", 0),
    ]  # fmt: skip
    assert len({cell.key for cell in found}) == 5


def test_alpha_decides_nothing_for_strategies_without_it() -> None:
    found = cells({"strategy": ["mixed", "within-batch", "hybrid-one-pair"], "alpha": [0.25, 0.75]})
    assert [cell.system for cell in found] == [
        "mixed", "within-batch, alpha 0.25", "within-batch, alpha 0.75", "hybrid-one-pair, alpha 0.25",
        "hybrid-one-pair, alpha 0.75",
    ]  # fmt: skip


def test_a_key_holds_whatever_decides_and_no_default() -> None:
    (one,), (same,), (other,) = cells({"seed": [0]}), cells({"alpha": [0.5]}), cells({"seed": [1]})
    assert one.key == same.key != other.key
    assert len(one.key) == 12


def test_a_list_is_told_by_what_it_has_more_or_less_than_the_recipe() -> None:
    recipe = {"train": ["data/a/a.jsonl.gz", "data/b.jsonl"], "languages": [*"abcdefgh"]}
    found = cells(
        {"strategy": ["hybrid"]},
        {"train": [["data/a-mined", "data/b.jsonl"], ["data/b.jsonl"]], "negatives": [1]},
        {"languages": [[*"abc"]], "symmetric": [True]},
        {"train": [["mined/a", "mined/b", "c", "d"]]},
        **recipe,
    )
    assert [cell.system for cell in found] == [
        "hybrid",
        "hybrid, train a-mined without a, negatives 1",
        "hybrid, train without a, negatives 1",
        "hybrid, languages 3 of 8, symmetric",
        "hybrid, train 4 others",
    ]


@pytest.mark.parametrize(
    ("grid", "words"), [({"strateg": ["hybrid"]}, "did you mean 'strategy'"), ({"steps": [0]}, "steps is 0")]
)
def test_wrong_fields_are_refused(grid: dict, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        cells(grid)
