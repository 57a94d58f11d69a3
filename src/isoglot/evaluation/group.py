"""A group of collections, such as `beir/reasoning`: the scores of its members and their means."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.table import Table

from isoglot.evaluation.summary import SETTINGS
from isoglot.evaluation.tables import decimal

SHOWN = ("nDCG@10", "R@100", "AP", "RR")


def group_scores(members: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Means over collections, each of which counts the same.

    Args:
        members: the content of `scores.json` by collection.

    Returns:
        The mean of every measure of every setting that all members have, and the settings of each member.
    """
    settings = {setting: _means([scores["settings"][setting] for scores in members.values()]) for setting in SETTINGS}
    return {"settings": settings, "members": {name: scores["settings"] for name, scores in members.items()}}


def group_table(name: str, scores: Mapping[str, Any]) -> Table:
    """A row per member and one for the mean, in the pool of all languages."""
    table = Table(title=f"{name} (pool of all languages)", title_justify="left")
    table.add_column("collection")
    for measure in SHOWN:
        table.add_column(measure, justify="right")
    rows = {**{member: settings["multilingual"] for member, settings in scores["members"].items()},
            "mean": scores["settings"]["multilingual"]}  # fmt: skip
    for label, values in rows.items():
        table.add_row(label, *(decimal(values.get(measure)) for measure in SHOWN))
    return table


def _means(scores: list[Mapping[str, float]]) -> dict[str, float]:
    shared = [name for name in scores[0] if all(name in each for each in scores)]
    return {name: float(np.mean([each[name] for each in scores])) for name in shared}
