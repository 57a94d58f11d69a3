"""A leakage report on the terminal: the statement, a table of counts, and the most severe pairs."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from isoglot.data.leakage.report import Count, Leak, LeakageReport, Place

SHOWN_PAIRS = 3


def leakage_page(report: LeakageReport) -> RenderableType:
    """The statement and, where something leaks, how much of what kind, and the first pairs of each kind."""
    statement = Text(report.statement, "bold")
    if report.clean:
        return statement
    shown = [pair for kind in report.by_kind() for pair in _of_kind(report, kind)[:SHOWN_PAIRS]]
    return Group(statement, _count_table(report), *map(_pair, shown))


def _of_kind(report: LeakageReport, kind: str) -> list[Leak]:
    return [leak for leak in report.leaks if leak.kind == kind]


def _count_table(report: LeakageReport) -> Table:
    table = Table("kind", "training", "evaluation", "pairs", "by language of the evaluation text")
    grouped: dict[tuple[str, str, str], list[Count]] = {}
    for count in report.counts:
        grouped.setdefault((count.kind, count.train_table, count.evaluation_table), []).append(count)
    for key, counts in grouped.items():
        languages = ", ".join(f"{count.language} {count.pairs:,}" for count in counts if count.language)
        table.add_row(*key, f"{sum(count.pairs for count in counts):,}", languages)
    return table


def _pair(leak: Leak) -> Text:
    train, evaluation = (f"\n  {_where(place)}\n    {_flat(place)}" for place in (leak.train, leak.evaluation))
    return Text.assemble((f"{leak.kind}, {leak.similarity:.2f}", "bold"), train, evaluation)


def _where(place: Place) -> str:
    rows = f" and {place.rows - 1:,} more" if place.rows > 1 else ""
    return f"{place.collection} {place.table} {place.id}{rows} ({place.language})"


def _flat(place: Place) -> str:
    return " ".join(place.text.split())
