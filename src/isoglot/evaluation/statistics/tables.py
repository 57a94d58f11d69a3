"""Comparisons on the terminal: a table for each system, and in words what it does not show."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from isoglot.evaluation.bias.tables import RANKS
from isoglot.evaluation.statistics.comparison import CANNOT_TELL, Comparison

COLUMNS = ("base", "other", "diff", "95 % interval", "p", "d", "MDD")
SHORT = {"no difference shown": "none shown", CANNOT_TELL: "cannot tell"}
COLOURS = {"better": "green", "worse": "red"}
LEGEND = (
    "Differences (diff) are other - base; for RD lower is better. Intervals (bootstrap) and p (permutation test, after "
    "Holm's correction over all {family} comparisons) draw topics; all translations of a topic are one unit. d: "
    "difference over its standard deviation between topics. MDD: the difference that a single test finds with "
    "probability .8. None shown: a difference worth knowing would have been found; cannot tell: it might not."
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
    table.add_column("measure", overflow="fold")
    for name in COLUMNS:
        table.add_column(name, justify="right", overflow="fold")
    table.add_column("verdict", overflow="fold")
    for setting, group in groupby(comparisons, key=lambda each: each.setting):
        table.add_row(Text(setting, "italic"))
        for each in group:
            verdict = Text(SHORT.get(each.verdict, each.verdict), COLOURS.get(each.verdict, ""))
            table.add_row(f" {each.measure}", *figures(each), verdict)
    return table


def figures(each: Comparison) -> list[str]:
    """A comparison's figures in the order of `COLUMNS`."""
    number = ranks if each.measure in RANKS else share
    return [
        number(each.base_mean),
        number(each.other_mean),
        difference(each, each.difference),
        interval(each, each.interval),
        "<.0001" if each.adjusted_p < 0.00005 else f"{each.adjusted_p:.4f}".removeprefix("0"),
        "–" if each.effect_size is None else share(each.effect_size, "+", 2),
        difference(each, each.minimum_detectable, ""),
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
            worth = difference(each, each.worth, "")
            yield f"{what}: about {each.topics_needed:,} topics could show a difference of {worth}."
        if each.seeds_wanting:
            yield f"{what}: the topics show a difference that other training seeds may not; train with more seeds."


def share(value: float, sign: str = "", decimals: int = 3) -> str:
    """A number without a leading zero, with its sign where `sign` is "+" and it is not zero as it is printed.

    >>> share(0.5183), share(-0.0123, "+"), share(1.5, "+"), share(-0.0001, "+")
    ('.518', '-.012', '+1.500', '.000')
    """
    shown = _signed(value, sign, decimals)
    return shown.replace("0.", ".", 1) if abs(round(value, decimals)) < 1 else shown


def ranks(value: float, sign: str = "") -> str:
    """A number of ranks: with a decimal where it is below 100, with three where it is below 1.

    >>> ranks(1234.56, "+"), ranks(-3.21, "+"), ranks(0.0381), ranks(-0.0001, "+")
    ('+1,235', '-3.2', '0.038', '0.0')
    """
    if abs(value) < 0.0005:
        return "0.0"
    return _signed(value, sign, 0 if abs(value) >= 99.95 else 1 if abs(value) >= 0.95 else 3)


def difference(each: Comparison, value: float, sign: str = "+") -> str:
    """A difference of two means: of shares with a decimal more than the means have."""
    return ranks(value, sign) if each.measure in RANKS else share(value, sign, 4)


def interval(each: Comparison, ends: tuple[float, float]) -> str:
    """The ends of an interval of differences."""
    return " to ".join(difference(each, end) for end in ends)


def _signed(value: float, sign: str, decimals: int) -> str:
    """A number with its sign, none where it is zero as it is printed."""
    printed = round(value, decimals) + 0.0  # which makes 0.0 of -0.0
    return f"{printed:{sign if printed else ''},.{decimals}f}"


def _seeds(each: Comparison) -> str:
    seeds = f"Training seeds: {each.base_seeds} (base), {each.other_seeds} (other)"
    if min(each.base_seeds, each.other_seeds) > 1:
        return f"{seeds}."
    return f"{seeds}; from one seed nobody can tell how much training varies."
