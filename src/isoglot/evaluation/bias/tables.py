"""The bias of a retriever on the terminal: one row per measure."""

import re
from collections.abc import Mapping
from typing import Any

from rich.table import Table

LOWER, HIGHER = "lower", "higher"

# What counts as fair, and what is measured, short enough for a line of 80; a gold is a relevant passage.
MEANINGS = {
    "RD": (LOWER, "best to worst gold of a topic"),
    "RD median": (LOWER, "for the median query"),
    "RD / pool": (LOWER, "as a share of the pool"),
    "worst rank": (LOWER, "rank of the last gold"),
    "worst rank median": (LOWER, "for the median query"),
    "worst rank / pool": (LOWER, "as a share of the pool"),
    "PEER@k": (HIGHER, "p-value of languages alike"),
    "PEER of relevant@k": (HIGHER, "the same for golds"),
    "MRC@k": (HIGHER, "lists of translations agree"),
    "own-language share@k": ("pool share", "own language in the first k"),
    "own-language pool share": ("", "own language in the pool"),
    "own-language share@k / pool": ("1", "times its share in the pool"),
    "own-language share@k - pool": ("0", "above its share in the pool"),
    "LPR": ("chance", "own-language copy comes first"),
    "LPR by chance": ("", "if language did not matter"),
    "AP without own-language gold": ("", "own-language copy removed"),
    "AP without another gold": ("", "another copy removed"),
    "AP drop, own-language gold": ("as below", "what its removal costs"),
    "AP drop, another gold": ("", "what its removal costs"),
}
RANKS = ("RD", "RD median", "worst rank", "worst rank median")


def bias_table(bias: Mapping[str, Any]) -> Table:
    """One row per measure: its value, what would be fair, and what it says.

    Args:
        bias: the result of `bias_scores`; measures that are absent get no row.
    """
    table = Table(title="Language bias in the pool (means over languages)", title_justify="left", box=None)
    table.add_column("measure", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("fair is", no_wrap=True)
    table.add_column("meaning")
    for name, value in bias.items():
        general = re.sub(r"@\d+", "@k", name)
        if general in MEANINGS:
            fair, meaning = MEANINGS[general]
            shown = f"{value:,.1f}" if general in RANKS else f"{value:.3f}"
            table.add_row(name, shown, fair, meaning + _from_some(bias["queries"], name))
    return table


def _from_some(queries: Mapping[str, int], name: str) -> str:
    """A remark where a figure comes from a part of the queries only; every query has a worst rank."""
    number = queries.get(name, queries["worst rank"])
    return "" if number == queries["worst rank"] else f", {number:,} queries"
