"""Language x language heat maps: quality by pair of query and passage language."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from isoglot.experiments.grid.comparisons import main_measure
from isoglot.experiments.grid.pairs import STRATEGIES, StartModel
from isoglot.experiments.reports.content import HYBRID, Content
from isoglot.experiments.reports.figures.drawing import Figure, draw
from isoglot.experiments.reports.other_tables import seed_means
from isoglot.experiments.reports.score_tables import file_name

# Drawn on coloured ground, these do not follow the page's colours.
BLACK, WHITE = "#000001", "#fffffe"
MOST_WITH_DECIMAL = 9.95
MIDDLE = 0.179  # the luminance on which black and white have the same contrast
Matrix = NDArray[np.float64]


def heat_maps(content: Content) -> list[Figure]:
    """For each start model and collection in several languages: hybrid, and hybrid less the first other strategy."""
    return [
        figure
        for start in content.starts
        for collection in content.collections
        if len(content.any_scores(collection)["pairs"]) > 3 and (collection, start.main.get(HYBRID)) in content.scores
        for figure in _of_collection(content, start, collection)
    ]


def _of_collection(content: Content, start: StartModel, collection: str) -> list[Figure]:
    measure = main_measure(collection)
    name = "mAP" if measure == "AP" else measure
    hybrid = _pairs(content, collection, start.main[HYBRID], measure)
    where = f"{collection}, start model {start.model}"
    places = (collection, start.model) if len(content.starts) > 1 else (collection,)
    caption = "Query language by passage language (rows by columns), values × 100, means over training seeds."
    figures = [_figure(file_name("pairs", *places), f"{name} of hybrid on {where}", caption, hybrid, "viridis")]
    base = next((each for each in STRATEGIES if (collection, start.main.get(each)) in content.scores), HYBRID)
    if base != HYBRID:
        other = _pairs(content, collection, start.main[base], measure)
        gains = {pair: value - other[pair] for pair, value in hybrid.items() if pair in other}
        title = f"{name} of hybrid − {base} on {where}"
        caption = f"{caption} Blue: hybrid is better; red: {base} is."
        figures.append(_figure(file_name("pairs-gain", *places), title, caption, gains, "RdBu"))
    return figures


def _pairs(content: Content, collection: str, system: str, measure: str) -> dict[str, float]:
    def values(scores: dict[str, Any]) -> dict[str, float]:
        return {pair: found[measure] for pair, found in scores["pairs"].items() if measure in found}

    return seed_means(content.scores[collection, system], values)


def _figure(name: str, title: str, caption: str, pairs: dict[str, float], colours: str) -> Figure:
    keys = [(pair.partition("->")[0], pair.partition("->")[2]) for pair in pairs]
    asked, answered = (sorted({key[side] for key in keys}) for side in (0, 1))
    matrix = np.full((len(asked), len(answered)), np.nan)
    for (query, passage), value in zip(keys, pairs.values(), strict=True):
        matrix[asked.index(query), answered.index(passage)] = 100 * value
    is_gain = colours == "RdBu"
    largest = float(np.nanmax(np.abs(matrix))) or 1.0
    limits = (-largest, largest) if is_gain else (0.0, max(largest, 1.0))

    def paint(axes: list[Axes]) -> None:
        _paint(axes[0], matrix, asked, answered, limits, colours)

    size = 0.9 + 0.36 * len(answered), 0.7 + 0.29 * len(asked)
    rows = [(*key, value) for key, value in zip(keys, pairs.values(), strict=True)]
    header = ("query language", "passage language", "difference" if is_gain else "value")
    return Figure(name, title, caption, draw(name, title, size, (1, 1), paint), header, rows)


def luminance(colour: Matrix) -> float:
    """Relative luminance (WCAG 2) of a colour's red, green and blue from 0 to 1.

    >>> luminance(np.array([1.0, 1.0, 1.0])), round(luminance(np.array([0.5, 0.5, 0.5])), 3)
    (1.0, 0.214)
    """
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return round(float(linear @ np.array([0.2126, 0.7152, 0.0722])), 6)


def shown(value: float, *, is_gain: bool) -> str:
    """A value as the map prints it: of small differences a decimal, of none no sign.

    >>> shown(64.6, is_gain=False), shown(-0.34, is_gain=True), shown(-0.04, is_gain=True), shown(12.3, is_gain=True)
    ('65', '−.3', '0', '+12')
    """
    if not is_gain or abs(value) >= MOST_WITH_DECIMAL:
        return f"{value:{'+' if is_gain else ''}.0f}".replace("-", "−")
    text = f"{value:+.1f}"
    return "0" if text[1:] == "0.0" else text.replace("0.", ".").replace("-", "−")


def _paint(
    axes: Axes, matrix: Matrix, asked: list[str], answered: list[str], limits: tuple[float, float], colours: str
) -> None:
    mesh = axes.pcolormesh(np.ma.masked_invalid(matrix), cmap=colours, vmin=limits[0], vmax=limits[1])
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(len(answered)) + 0.5, answered)
    axes.set_yticks(np.arange(len(asked)) + 0.5, asked)
    is_gain = limits[0] < 0
    for (row, column), value in np.ndenumerate(matrix):
        if np.isnan(value):
            continue
        ink = BLACK if luminance(mesh.to_rgba(np.array([value]))[0, :3]) > MIDDLE else WHITE
        axes.text(
            column + 0.5, row + 0.5, shown(value, is_gain=is_gain), ha="center", va="center", fontsize=7.5, color=ink
        )
