"""The alpha curve: from cross-lingual batches alone (alpha 0) to monolingual ones alone (alpha 1)."""

from matplotlib.axes import Axes

from isoglot.evaluation.per_query import RANK_DISTANCE
from isoglot.experiments.grid.contrast import Estimate
from isoglot.experiments.grid.pairs import StartModel
from isoglot.experiments.reports.content import HYBRID, Content
from isoglot.experiments.reports.figures.drawing import INK, SERIES, Figure, draw
from isoglot.experiments.reports.score_tables import file_name, question_title

ENDS = {0.0: "cross-lingual", 1.0: "monolingual"}
FEWEST = 3
Curve = list[tuple[float, Estimate]]


def alpha_curves(content: Content) -> list[Figure]:
    """For each start model and collection in several settings, where at least three alphas were evaluated."""
    found = [(start, name) for start in content.starts for name in content.collections]
    return [figure for start, name in found if (figure := _figure(content, start, name)) is not None]


def systems_by_alpha(start: StartModel) -> dict[float, str]:
    """The system of each alpha, all else equal; the pure strategies are the ends, where no hybrid is."""
    found = {alpha: start.main[strategy] for alpha, strategy in ENDS.items() if strategy in start.main}
    if HYBRID in start.main:
        main = start.cells[start.main[HYBRID]].recipe
        for system in (start.main[HYBRID], *start.variants[HYBRID]):
            recipe = start.cells[system].recipe
            if recipe.model_copy(update={"alpha": main.alpha, "seed": main.seed}) == main:
                found[recipe.alpha] = system
    return dict(sorted(found.items()))


def _figure(content: Content, start: StartModel, collection: str) -> Figure | None:
    systems = systems_by_alpha(start)
    curves: dict[str, Curve] = {}
    for question in content.questions(collection):
        points = [(alpha, content.estimate(collection, system, question)) for alpha, system in systems.items()]
        curves[question_title(question)] = [(alpha, each) for alpha, each in points if each is not None]
    if len(curves) < 2 or min(map(len, curves.values())) < FEWEST:
        return None

    def paint(axes: list[Axes]) -> None:
        for place, (panel, (title, curve)) in enumerate(zip(axes, curves.items(), strict=False)):
            _paint(panel, title, curve)
            panel.set_xlabel("α" if place >= len(curves) - 2 else "")

    places = (collection, start.model) if len(content.starts) > 1 else (collection,)
    name, title = file_name("alpha", *places), f"Alpha on {collection}, start model {start.model}"
    caption = (
        "α is the probability of a monolingual batch: 0 is cross-lingual batches alone, 1 monolingual ones alone. "
        "Band: 95 % interval over topics; small dots: training seeds. For rank distance less is better."
    )
    rows = [
        (panel, alpha, each.mean, *each.interval, each.deviation)
        for panel, curve in curves.items()
        for alpha, each in curve
    ]
    header = ("measure", "alpha", "mean", "low", "high", "deviation over seeds")
    height = 2.3 * ((len(curves) + 1) // 2)
    svg = draw(name, title, (7.2, height), ((len(curves) + 1) // 2, 2), paint)
    return Figure(name, title, caption, svg, header, rows)


def _paint(axes: Axes, title: str, curve: Curve) -> None:
    alphas = [alpha for alpha, _ in curve]
    lows, highs = ([each.interval[end] for _, each in curve] for end in (0, 1))
    colour = SERIES[HYBRID]
    axes.set_title(title)
    axes.fill_between(alphas, lows, highs, color=colour, alpha=0.18, linewidth=0)
    axes.plot(alphas, [each.mean for _, each in curve], color=colour, marker="D", markersize=4, linewidth=1.5)
    for alpha, each in curve:
        axes.plot([alpha] * len(each.seeds), each.seeds, ".", color=INK, markersize=3, alpha=0.6)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    if curve[0][1].measure == RANK_DISTANCE:
        axes.set_ylabel("ranks")
