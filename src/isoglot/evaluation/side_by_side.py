"""Evaluations of one collection side by side: before and after a correction, or one model beside another."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from rich.table import Table
from rich.text import Text

from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.evaluation.summary import SETTINGS
from isoglot.evaluation.tables import decimal

MEASURE = "AP"


def side_by_side_table(scores: dict[str, dict[str, Any]], measure: str = MEASURE) -> Table:
    """One measure and the rank distance of several evaluations, with the difference of each to the first.

    Args:
        scores: contents of `scores.json` by the name to show, the one to compare with first.
        measure: the name of a measure that they have.
    """
    table = Table(title=f"{measure}, and rank distance (RD, lower is fairer)", title_justify="left")
    table.add_column("setting")
    for number, name in enumerate(scores):
        table.add_column(Text(name), justify="right", no_wrap=True)
        if number:
            table.add_column("±", justify="right", no_wrap=True)
    for label, values in rows(list(scores.values()), measure):
        form = whole if label.endswith(RANK_DISTANCE) else decimal
        cells = ((form(value), _difference(form, value, values[0])) for value in values[1:])
        table.add_row(Text(label), form(values[0]), *chain.from_iterable(cells))
    return table


def rows(scores: list[dict[str, Any]], measure: str = MEASURE) -> Iterator[tuple[str, list[float | None]]]:
    """Label and values of each row: the settings, the pools that all have, and the rank distances; None for no value.

    >>> settings = {setting: {"AP": 0.5} for setting in SETTINGS}
    >>> one = {"settings": settings, "bias": {"RD": 7.0}, "pools": {}}
    >>> list(rows([one, {**one, "bias": {}}]))[2:]
    [('multilingual', [0.5, 0.5]), ('multilingual RD', [7.0, None])]
    """
    for setting in SETTINGS:
        yield setting, [each["settings"][setting].get(measure) for each in scores]
    pools = [pool for pool in scores[0]["pools"] if all(pool in each["pools"] for each in scores)]
    for pool in pools:
        yield f"pool {pool}", [each["pools"][pool].get(measure) for each in scores]
    yield f"multilingual {RANK_DISTANCE}", [each["bias"].get(RANK_DISTANCE) for each in scores]
    for pool in pools:
        yield f"pool {pool} {RANK_DISTANCE}", [each["pools"][pool].get(RANK_DISTANCE) for each in scores]


def whole(value: float | None) -> str:
    """A number of ranks.

    >>> whole(7560.4), whole(None)
    ('7,560', '–')
    """
    return "–" if value is None else f"{value:,.0f}"


def _difference(form: Callable[[float], str], value: float | None, first: float | None) -> str:
    if value is None or first is None:
        return ""
    return f"{'−' if value < first else '+'}{form(abs(value - first))}"
