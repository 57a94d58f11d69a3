"""An evaluation on the terminal: three settings, bias, and the language x language matrix in colour."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from isoglot.evaluation.bias.tables import bias_table
from isoglot.evaluation.summary import SETTINGS

SHOWN = ("AP", "RR", "R@1", "R@10", "R@100", "nDCG@10")
MATRIX_MEASURE = "AP"
MATRIX_WIDTH = 79
SHADES = ("#b2182b", "#d6604d", "#f4a582", "#fddbc7", "#d1e5f0", "#92c5de", "#4393c3", "#2166ac")


def decimal(value: float | None) -> str:
    """A share without its leading zero, as the field prints it.

    >>> decimal(0.5183), decimal(1.0), decimal(None)
    ('.518', '1.000', '–')
    """
    return "–" if value is None else f"{value:.3f}".removeprefix("0")


def settings_table(scores: dict[str, Any]) -> Table:
    """Mean measures of each setting and pool, with the rank distance of the pools."""
    table = Table(title="Settings (means over languages or pairs)", title_justify="left")
    table.add_column("setting")
    for name in (*SHOWN, "RD"):
        table.add_column(name, justify="right")
    rows = {setting: scores["settings"][setting] for setting in SETTINGS}
    rows["multilingual"] = {**rows["multilingual"], **scores["bias"]}
    for name, row in [*rows.items(), *((f"pool {pool}", row) for pool, row in scores["pools"].items())]:
        distance = f"{row['RD']:,.0f}" if "RD" in row else ""
        table.add_row(name, *(decimal(row.get(measure)) for measure in SHOWN), distance)
    return table


def matrix_tables(pairs: dict[str, dict[str, float]], measure: str) -> Iterator[Table]:
    """Mean of one measure by query language (rows) and passage language (columns), as wide as a terminal at a time."""
    values = {tuple(pair.split("->")): scores[measure] for pair, scores in pairs.items()}
    rows, columns = (sorted({pair[side] for pair in values}) for side in (0, 1))
    low, high = min(values.values()), max(values.values())
    width = max(4, 1 + max(map(len, columns)))
    fitting = max(1, (MATRIX_WIDTH - 1 - max(map(len, rows))) // width)
    for start in range(0, len(columns), fitting):
        part = columns[start : start + fitting]
        table = Table(box=None)
        table.padding = (0, 0)
        for heading in ("", *part):
            table.add_column(heading, justify="right", no_wrap=True, min_width=width if heading else 0)
        for row in rows:
            table.add_row(Text(f"{row} ", "bold"), *(_cell(values.get((row, column)), low, high) for column in part))
        yield table


def _encoding(cost: dict[str, Any]) -> str:
    if "encode_seconds" not in cost:
        return ""
    texts = cost["distinct_queries"] + cost["distinct_passages"]
    tokens = f", {cost['encoded_tokens']:,} tokens read" if "encoded_tokens" in cost else ""
    seconds = f"{cost['encode_seconds']:.1f} s"
    return f"{texts:,} distinct texts ({cost['stored_texts']:,} stored{tokens}) encoded in {seconds}, "


def evaluation_page(scores: dict[str, Any]) -> RenderableType:
    """Everything a person looks at after an evaluation."""
    counts, cost = scores["counts"], scores["cost"]
    footer = (
        f"{counts['topics']:,} topics, {counts['queries']:,} queries, {counts['passages']:,} passages in the pool, "
        f"{counts['monolingual_languages']} languages, {counts['cross_lingual_pairs']} cross-lingual pairs; "
        f"{_encoding(cost)}ranked in {cost['rank_seconds']:.1f} s, measured in {cost['measure_seconds']:.1f} s."
    )
    title = Text(f"\n{MATRIX_MEASURE} x 100, query language (rows) on passage language", "italic")
    matrix = matrix_tables(scores["pairs"], MATRIX_MEASURE)
    bias = bias_table(scores["bias"])
    return Group(settings_table(scores), title, *matrix, Text(), bias, Text(f"\n{footer}", "dim"))


def _cell(value: float | None, low: float, high: float) -> Text:
    if value is None:
        return Text("–", "dim")
    shade = SHADES[min(len(SHADES) - 1, int((value - low) / (high - low or 1.0) * len(SHADES)))]
    ink = "black" if shade in SHADES[2:6] else "white"
    return Text(f" {100 * value:3.0f}", f"{ink} on {shade}")
