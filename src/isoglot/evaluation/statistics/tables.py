"""Comparisons on the terminal: a table for each system, and in words what it does not show."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from isoglot.evaluation.bias.tables import RANKS
from isoglot.evaluation.statistics.comparison import Comparison

COLUMNS = ("base", "other", "diff", "95 % interval", "p", "d", "MDD")
COLOURS = {"better": "green", "worse": "red"}
LEGEND = (
    "Differences are other - base; for RD lower is better. Intervals (bootstrap) and p (permutation test, after Holm's "
    "correction over all {family} comparisons) draw topics; all translations of a topic are one unit. d: difference "
    "over its standard deviation between topics. MDD: the difference that a single test finds with probability .8."
)


def comparison_page(comparisons: Sequence[Comparison]) -> RenderableType:
    """Everything a person looks at after a comparison."""
    parts: list[RenderableType] = []
    for _, group in groupby(comparisons, key=lambda each: each.other):
        own = list(group)
        parts += [comparison_table(own), *map(Text, notes(own)), Text("")]
    return Group(*parts, Text(LEGEND.format(family=len(comparisons)), "dim"))


def comparison_table(comparisons: Sequence[Comparison]) -> Table:
    """The comparisons of one system with the base."""
    first = comparisons[0]
    title = Text(f"{first.other} against base {first.base} on {first.collection}", "bold")
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_column("setting", overflow="fold")
    table.add_column("measure", overflow="fold")
    for name in COLUMNS:
        table.add_column(name, justify="right", overflow="fold")
    table.add_column("verdict", overflow="fold")
    for each in comparisons:
        table.add_row(each.setting, each.measure, *figures(each), Text(each.verdict, COLOURS.get(each.verdict, "")))
    return table


def figures(each: Comparison) -> list[str]:
    """A comparison's figures in the order of `COLUMNS`."""
    number = ranks if each.measure in RANKS else share
    return [
        number(each.base_mean),
        number(each.other_mean),
        number(each.difference, "+"),
        interval(each, each.interval),
        "<.0001" if each.adjusted_p < 0.00005 else f"{each.adjusted_p:.4f}".removeprefix("0"),
        "–" if each.effect_size is None else share(each.effect_size, "+"),
        number(each.minimum_detectable),
    ]


def notes(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """What the figures rest on and what is wanting, in words."""
    yield f"Topics: {', '.join(dict.fromkeys(f'{each.topics:,}' for each in comparisons))}. {_seeds(comparisons[0])}"
    for each in comparisons:
        what = f"{each.setting} {each.measure}"
        number = ranks if each.measure in RANKS else share
        if each.base_deviation is not None or each.other_deviation is not None:
            deviations = (each.base_deviation, each.other_deviation)
            base, other = ("unknown" if value is None else number(value) for value in deviations)
            drawn = (
                f"; interval over topics and seeds {interval(each, each.seed_interval)}" if each.seed_interval else ""
            )
            yield f"{what}: standard deviation over training seeds {base} (base), {other} (other){drawn}."
        if each.topics_needed is not None:
            yield f"{what}: about {each.topics_needed:,} topics could show a difference of {number(each.worth)}."
        if each.seeds_wanting:
            yield f"{what}: the topics show a difference that other training seeds may not; train with more seeds."


def share(value: float, sign: str = "") -> str:
    """A number to three decimals without a leading zero, with its sign where `sign` is "+".

    >>> share(0.5183), share(-0.0123, "+"), share(1.5, "+")
    ('.518', '-.012', '+1.500')
    """
    return f"{value:{sign}.3f}".replace("0.", ".", 1) if abs(value) < 0.9995 else f"{value:{sign}.3f}"


def ranks(value: float, sign: str = "") -> str:
    """A number of ranks, with a decimal where it is below 100.

    >>> ranks(1234.56, "+"), ranks(-3.21, "+")
    ('+1,235', '-3.2')
    """
    return f"{value:{sign},.1f}" if abs(value) < 99.95 else f"{value:{sign},.0f}"


def interval(each: Comparison, ends: tuple[float, float]) -> str:
    """The ends of an interval of differences."""
    number = ranks if each.measure in RANKS else share
    return " to ".join(number(end, "+") for end in ends)


def _seeds(each: Comparison) -> str:
    seeds = f"Training seeds: {each.base_seeds} (base), {each.other_seeds} (other)"
    if min(each.base_seeds, each.other_seeds) > 1:
        return f"{seeds}."
    return f"{seeds}; from one seed nobody can tell how much training varies."
