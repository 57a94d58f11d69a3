"""How far each system favours a language: several measures side by side, and rank distance by query language."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from isoglot.evaluation.bias.tables import MEANINGS
from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.experiments.grid.pairs import StartModel
from isoglot.experiments.reports.content import Content
from isoglot.experiments.reports.figures.drawing import FAINT, INK, MARKERS, SERIES, Figure, draw
from isoglot.experiments.reports.other_tables import by_language, seed_means
from isoglot.experiments.reports.score_tables import file_name

MEASURES = {
    RANK_DISTANCE: "rank distance (fair: low)",
    "own-language share@10 / pool": "own language in first 10,\ntimes its share in the pool (fair: 1)",
    "LPR": "own-language copy first (fair: dashed)",
    "MRC@10": "agreement over languages (fair: high)",
    "PEER@10": "PEER@10 (fair: high)",
}
FAIR = {"own-language share@10 / pool": 1.0}
CHANCE = {"LPR": "LPR by chance"}


def bias_figures(content: Content) -> list[Figure]:
    """Two figures for each start model and collection with passages in several languages.

    The second, by language, is of trained systems: there is none where no training is finished.
    """
    return [
        figure
        for start in content.starts
        for collection in content.collections
        if any(measure == RANK_DISTANCE for _, measure in content.questions(collection))
        for figure in (_measures(content, start, collection), _by_language(content, start, collection))
        if figure is not None
    ]


def _systems(content: Content, start: StartModel, collection: str) -> dict[str, str]:
    """Name and colour key of each system that is drawn, top first."""
    suffixes = ("", *(f" + {kind}" for kind in content.spec.corrections))
    own = {start.main[strategy]: strategy for strategy in reversed(start.main)}
    own |= {f"{start.untrained}{suffix}": "baseline" for suffix in suffixes} | {"bm25": "baseline"}
    return {system: series for system, series in own.items() if (collection, system) in content.scores}


def _measures(content: Content, start: StartModel, collection: str) -> Figure:
    systems = _systems(content, start, collection)
    known = [name for name in MEASURES if name in content.any_scores(collection)["bias"]]
    values = {
        (name, system): [
            scores["bias"][name] for scores in content.scores[collection, system] if name in scores["bias"]
        ]
        for name in known
        for system in systems
    }
    chance = {name: content.any_scores(collection)["bias"].get(other) for name, other in CHANCE.items()}
    shown = {system: system.replace(start.untrained, "untrained") for system in systems}

    def paint(axes: list[Axes]) -> None:
        for place, (panel, name) in enumerate(zip(axes, known, strict=False)):
            panel.set_title(MEASURES[name], fontsize=9)
            for row, (system, series) in enumerate(systems.items()):
                own = values[name, system]
                style: dict[str, Any] = {"color": SERIES[series], "marker": MARKERS.get(series, "o"), "linestyle": ""}
                panel.plot(own, [row] * len(own), **style, markersize=3, alpha=0.5)
                panel.plot([np.mean(own)] if own else [], [row] if own else [], **style, markersize=6)
            if (fair := FAIR.get(name, chance.get(name))) is not None:
                panel.axvline(fair, color=INK, linestyle="--", linewidth=0.8)
            panel.set_yticks(range(len(systems)), list(shown.values()) if place % 2 == 0 else [""] * len(systems))
            panel.set_ylim(len(systems) - 0.5, -0.5)
            panel.locator_params(axis="x", nbins=5)
        for panel in axes[len(known) :]:
            panel.set_visible(False)

    rows = (len(known) + 1) // 2
    name, title = (
        _named(content, start, collection, "bias"),
        f"Language bias on {collection}, start model {start.model}",
    )
    caption = "Large marks are means over training seeds, small ones the seeds. " + " ".join(
        f"{each}: {MEANINGS[general][1]}." for each in known if (general := each.replace("@10", "@k")) in MEANINGS
    )
    size = (7.6, rows * (0.75 + 0.19 * len(systems)))
    svg = draw(name, title, size, (rows, 2), paint)
    data = [
        (measure, system, seed, value) for (measure, system), own in values.items() for seed, value in enumerate(own)
    ]
    return Figure(name, title, caption, svg, ("measure", "system", "run", "value"), data)


def _by_language(content: Content, start: StartModel, collection: str) -> Figure | None:
    question = ("multilingual", RANK_DISTANCE)
    series = {start.main[strategy]: strategy for strategy in start.main}
    columns = {
        system: seed_means(content.scores[collection, system], lambda scores: by_language(scores, question))
        for system in series
        if (collection, system) in content.scores
    }
    languages = sorted({language for column in columns.values() for language in column})
    if not languages:
        return None

    def paint(axes: list[Axes]) -> None:
        (panel,) = axes
        for place, language in enumerate(languages):
            own = [column[language] for column in columns.values() if language in column]
            panel.plot([min(own), max(own)], [place, place], color=FAINT, linewidth=1, alpha=0.6)
        for system, column in columns.items():
            style: dict[str, Any] = {
                "color": SERIES[series[system]],
                "marker": MARKERS[series[system]],
                "linestyle": "",
            }
            places = [place for place, language in enumerate(languages) if language in column]
            panel.plot([column[languages[place]] for place in places], places, **style, markersize=5.5, label=system)
        panel.set_yticks(range(len(languages)), languages)
        panel.set_ylim(len(languages) - 0.5, -0.5)
        panel.set_xlabel("rank distance")
        panel.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)

    name = _named(content, start, collection, "bias-languages")
    title = f"Rank distance by query language on {collection}, start model {start.model}"
    svg = draw(name, title, (6.4, 1.2 + 0.21 * len(languages)), (1, 1), paint)
    rows = [(system, language, value) for system, column in columns.items() for language, value in column.items()]
    caption = "Mean over the queries of a language and over training seeds; less is fairer."
    return Figure(name, title, caption, svg, ("system", "query language", "rank distance"), rows)


def _named(content: Content, start: StartModel, collection: str, kind: str) -> str:
    return file_name(kind, *((collection, start.model) if len(content.starts) > 1 else (collection,)))
