"""Training curves: loss and dev score by step, from the log in each model's `training.json`."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from isoglot.experiments.grid.pairs import StartModel
from isoglot.experiments.reports.content import Content
from isoglot.experiments.reports.figures.drawing import SERIES, Figure, draw
from isoglot.experiments.reports.score_tables import file_name

KEYS = {"loss": "training loss", "eval_score": "dev score (mAP)"}
Points = list[tuple[int, float]]


def training_curves(content: Content) -> list[Figure]:
    """A figure for each start model of which a training is finished; of what was measured at several steps."""
    return [figure for start in content.starts if (figure := _figure(content, start)) is not None]


def points_of(log: list[dict[str, Any]], key: str) -> Points:
    """The steps and values of one quantity in a log.

    >>> points_of([{"step": 5, "loss": 2.0}, {"step": 5, "eval_score": 0.1}], "loss")
    [(5, 2.0)]
    """
    return [(entry["step"], entry[key]) for entry in log if key in entry and "step" in entry]


def _figure(content: Content, start: StartModel) -> Figure | None:
    curves = _curves(content, start)
    keys = [key for key in KEYS if any(key == own and len(points) > 1 for (own, _, _), points in curves.items())]
    if not keys:
        return None

    def paint(axes: list[Axes]) -> None:
        for panel, key in zip(axes, keys, strict=True):
            own = [(strategy, points) for (kind, strategy, _), points in curves.items() if kind == key]
            _paint(panel, KEYS[key], own)
        axes[-1].legend(loc="upper left", bbox_to_anchor=(1, 1))

    name = file_name("training-curves", *([start.model] if len(content.starts) > 1 else []))
    title = f"Training from {start.model}"
    caption = (
        "A line per training seed. Losses of different strategies are not comparable: their batches are not equally "
        "hard."
    )
    svg = draw(name, title, (3.3 * len(keys) + 1.2, 2.7), (1, len(keys)), paint)
    shown = {cell: points for cell, points in curves.items() if cell[0] in keys}
    rows = [(KEYS[key], strategy, seed, *point) for (key, strategy, seed), own in shown.items() for point in own]
    return Figure(name, title, caption, svg, ("quantity", "strategy", "seed", "step", "value"), rows)


def _curves(content: Content, start: StartModel) -> dict[tuple[str, str, int], Points]:
    """By quantity, strategy and training seed."""
    logs = {
        (strategy, cell.recipe.seed): content.records[cell.key]["log"]
        for strategy, system in start.main.items()
        for cell in content.cells
        if cell.system == system and cell.key in content.records
    }
    return {(key, *cell): points for key in KEYS for cell, log in logs.items() if (points := points_of(log, key))}


def _paint(axes: Axes, title: str, curves: list[tuple[str, Points]]) -> None:
    axes.set_title(title)
    axes.set_xlabel("step")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    for strategy, points in curves:
        steps, values = zip(*points, strict=True)
        marker = "." if len(points) < 20 else ""
        axes.plot(steps, values, color=SERIES[strategy], linewidth=1.1, alpha=0.8, marker=marker)
    for strategy in dict.fromkeys(strategy for strategy, _ in curves):
        axes.plot([], [], color=SERIES[strategy], label=strategy)
