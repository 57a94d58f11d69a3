"""From a matplotlib figure to SVG that follows the page's light or dark colours, the same bytes for the same data."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

# Drawn in these colours, and in the page replaced by variables of the same meaning. Series: Okabe and Ito (2008),
# "Color Universal Design", told apart with any kind of colour vision.
INK, FAINT = "#1f2329", "#8c939c"
SERIES = {
    "hybrid": "#d55e00",
    "monolingual": "#0072b2",
    "cross-lingual": "#009e73",
    "mixed": "#7a7f87",
    "within-batch": "#cc79a7",
    "one-pair": "#b8860b",
    "hybrid-one-pair": "#56b4e9",
    "baseline": "#56606b",
}
MARKERS = {"hybrid": "D", "monolingual": "o", "cross-lingual": "s", "mixed": "^", "within-batch": "v", "one-pair": "P",
           "hybrid-one-pair": "X"}  # fmt: skip
VARIABLES = {INK: "--ink", FAINT: "--faint", **{colour: f"--{name}" for name, colour in SERIES.items()}}
STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.35,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "axes.edgecolor": FAINT,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"), INK),
    "grid.color": FAINT,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
}
LIGHT_AND_DARK = (
    "<style>svg{color-scheme:light dark;--ink:#1f2329;--faint:#8c939c;background:#fff}@media(prefers-color-scheme:dark)"
    "{svg{--ink:#e6e8eb;--faint:#767d87;--mixed:#a9afb7;--monolingual:#4aa8e0;--cross-lingual:#2bc399;"
    "--baseline:#a9afb7;background:#15181c}}</style>"
)


@dataclass(frozen=True)
class Figure:
    """A drawing with its data.

    Args:
        name: of its files and its place on the page.
        title: what it shows.
        caption: how to read it.
        svg: to stand in a web page.
        header: of the data.
        rows: the data, everything that is drawn.
    """

    name: str
    title: str
    caption: str
    svg: str
    header: Sequence[str]
    rows: Sequence[Sequence[str | float | None]]

    @property
    def file(self) -> str:
        """The drawing as a file of its own."""
        return '<?xml version="1.0" encoding="utf-8"?>\n' + self.svg.replace(">", f">{LIGHT_AND_DARK}", 1)

    @property
    def csv(self) -> str:
        """The data, values to six digits."""
        return "".join(",".join(map(_cell, row)) + "\n" for row in (self.header, *self.rows))


def draw(
    name: str, title: str, size: tuple[float, float], panels: tuple[int, int], paint: Callable[[list[Axes]], None]
) -> str:
    """Draw panels and give the SVG.

    Args:
        name: of the figure; the same name and content give the same bytes.
        title: read out in place of the drawing.
        size: width and height in inches.
        panels: rows and columns.
        paint: draws into the panels, row by row.
    """
    with rc_context({**STYLE, "svg.hashsalt": name}):
        canvas = Canvas(figsize=size, layout="constrained")
        paint(list(canvas.subplots(*panels, squeeze=False).flat))
        written = io.StringIO()
        canvas.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _for_page(written.getvalue(), title)


def _for_page(svg: str, title: str) -> str:
    """Without what only a file needs, with colours as variables and ids that no other figure has."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", svg)
    svg = re.sub(r"font: (?:[\w.]+ )*?([\d.]+px) [^;\"]*", r"font-size: \1; font-family: sans-serif", svg)
    width = float(re.search(r'width="([\d.]+)pt"', svg)[1])  # type: ignore[index]
    label = title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    svg = re.sub(r'width="[\d.]+pt"', f'role="img" aria-label="{label}" style="width:{width / 72:.2f}in"', svg, count=1)
    svg = re.sub(r' height="[\d.]+pt"', "", svg, count=1)
    for colour, variable in VARIABLES.items():
        svg = svg.replace(colour, f"var({variable}, {colour})")
    return svg


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return f'"{value.replace(chr(34), chr(34) * 2)}"' if set(value) & set(',"\n') else value
    return "" if value is None else f"{value:.6g}"
