"""The text of a page's tree, with marks where blocks and sections begin."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, CData, NavigableString, PageElement, Tag

NOT_READ = {"head", "title", "script", "style", "nav", "noscript", "svg", "template"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = {"address", "article", "aside", "blockquote", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
          "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "ol", "p", "pre", "section",
          "summary", "table", "td", "th", "tr", "ul", *HEADINGS}  # fmt: skip
BREAK, SECTION = "\x1d", "\x1e"  # control characters, which HTML does not allow
BLANK = re.compile(r"[\s\x1c-\x1f]+")
MARKS = re.compile(f"[{BREAK}{SECTION}]")


def marked_text(page: BeautifulSoup) -> str:
    """What a reader of the page sees, with `SECTION` before headings and `BREAK` around all other blocks."""
    return "".join(_marked(page))


def _marked(page: BeautifulSoup) -> Iterator[str]:
    """Parts of the text; a stack instead of recursion, for pages nest as deep as they like."""
    left: list[PageElement | str] = [page]
    preformatted = 0
    while left:
        node = left.pop()
        if isinstance(node, Tag) and node.name not in NOT_READ:
            yield _opening(node.name)
            preformatted += node.name == "pre"
            left += [node.name, *reversed(node.contents)]  # its name stands for its end
        elif type(node) is str:
            preformatted -= node == "pre"
            yield BREAK if node in BLOCKS else ""
        elif type(node) in (NavigableString, CData):
            yield MARKS.sub(" ", str(node)) if preformatted else BLANK.sub(" ", str(node))


def _opening(name: str) -> str:
    if name == "br":
        return "\n"
    if name in HEADINGS:
        return SECTION
    return BREAK if name in BLOCKS else ""
