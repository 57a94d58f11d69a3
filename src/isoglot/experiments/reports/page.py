"""The report as one web page that needs nothing else: style and figures are inside, there is no script."""

from base64 import b64encode
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from isoglot.experiments.reports.figures.drawing import Figure

TEMPLATE, CSS = "page.html.j2", "page.css"


def render(content: dict[str, Any]) -> str:
    """Fill the template; everything but the figures and the style is escaped."""
    package = files("isoglot.experiments.reports")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["drawing"] = drawing
    environment.filters["data_address"] = data_address
    template = environment.from_string((package / TEMPLATE).read_text(encoding="utf-8"))
    css = Markup((package / CSS).read_text(encoding="utf-8"))
    return template.render(css=css, **content) + "\n"


def drawing(figure: Figure) -> Markup:
    """The SVG of a figure, made by us from escaped text."""
    return Markup(figure.svg)


def data_address(text: str) -> str:
    """A table as an address that a link can hold.

    >>> data_address("a,b")
    'data:text/csv;base64,YSxi'
    """
    return f"data:text/csv;base64,{b64encode(text.encode()).decode()}"
