"""Evaluations side by side: the values, their differences to the first, and what is absent."""

import io
from typing import Any

import pytest
from rich.console import Console

from isoglot.evaluation.side_by_side import side_by_side_table


def scores(ap: tuple[float | None, ...], distance: float | None, pools: dict[str, Any] | None = None) -> dict[str, Any]:
    settings = zip(("monolingual", "cross-lingual", "multilingual"), ap, strict=True)
    return {
        "settings": {name: {} if value is None else {"AP": value, "R@1": value / 2} for name, value in settings},
        "bias": {} if distance is None else {"RD": distance},
        "pools": pools or {},
    }


def cells(by_name: dict[str, dict[str, Any]], width: int = 80, **options: str) -> dict[str, list[str]]:
    """Cells of each row by its label, the heading under its own."""
    console = Console(file=io.StringIO(), width=width)
    console.print(side_by_side_table(by_name, **options))
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    rows = [[cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")] for line in lines]
    return {row[0]: row[1:] for row in rows if len(row) > 1}


BEFORE = scores((0.526, 0.320, 0.242), 7560.4)


def test_values_and_differences_by_hand() -> None:
    found = cells({"before": BEFORE, "[bold] centre": scores((0.519, 0.320, 0.2519), 7061.0)})
    assert found == {
        "setting": ["before", "[bold] centre", "±"],
        "monolingual": [".526", ".519", "−.007"],
        "cross-lingual": [".320", ".320", "+.000"],
        "multilingual": [".242", ".252", "+.010"],
        "multilingual RD": ["7,560", "7,061", "−499"],
    }


def test_each_is_compared_with_the_first() -> None:
    found = cells({"a": BEFORE, "b": scores((0.5, 0.3, 0.2), 1.0), "c": scores((0.626, 0.42, 0.342), 8560.0)})
    assert found["monolingual"] == [".526", ".500", "−.026", ".626", "+.100"]
    assert found["multilingual RD"] == ["7,560", "1", "−7,559", "8,560", "+1,000"]


def test_one_evaluation_has_no_difference() -> None:
    assert cells({"before": BEFORE})["monolingual"] == [".526"]


def test_another_measure() -> None:
    assert cells({"before": BEFORE, "after": BEFORE}, measure="R@1")["monolingual"] == [".263", ".263", "+.000"]


@pytest.mark.parametrize("before_is_absent", [True, False])
def test_absent_value_is_a_dash_without_a_difference(before_is_absent: bool) -> None:
    pair = [scores((0.5, None, 0.2), None), BEFORE]
    first, second = pair if before_is_absent else reversed(pair)
    found = cells({"a": first, "b": second})
    assert found["cross-lingual"] == (["–", ".320", ""] if before_is_absent else [".320", "–", ""])
    assert found["multilingual RD"] == (["–", "7,560", ""] if before_is_absent else ["7,560", "–", ""])


def test_pools_that_all_have_are_shown_with_their_rank_distance() -> None:
    pools = {"de+fr": {"AP": 0.4, "RD": 12.0}}
    found = cells(
        {
            "a": scores((0.5, 0.3, 0.2), 9.0, {**pools, "en+fr": {"AP": 0.1}}),
            "b": scores((0.5, 0.3, 0.2), 9.0, {"de+fr": {"AP": 0.5}}),
        }
    )
    assert found["pool de+fr"] == [".400", ".500", "+.100"]
    assert found["pool de+fr RD"] == ["12", "–", ""]
    assert "pool en+fr" not in found


def test_five_evaluations_fit_a_terminal() -> None:
    names = ("none", "centre", "lir 1", "lir 2", "shift")
    found = cells(dict.fromkeys(names, BEFORE), width=100)
    assert found["multilingual RD"] == ["7,560", *["7,560", "+0"] * 4]
