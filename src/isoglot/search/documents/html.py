"""HTML: what a reader of the page sees, headings begin sections."""

import re
import warnings
from itertools import accumulate

from bs4 import BeautifulSoup, UnusualUsageWarning
from bs4.dammit import EncodingDetector
from langcodes import Language

from isoglot.search.documents.decoding import decode
from isoglot.search.documents.document import Content, canonical_language
from isoglot.search.documents.html_text import BLANK, BREAK, SECTION, marked_text

GAP = "\n\n"
TRADITIONAL = ("TW", "HK", "MO")


def read_html(data: bytes) -> Content:
    """The text of the body, a blank line between blocks; title and language as the page states them.

    Raises:
        UnreadableError: it is no text in the encoding that it states, or UTF-8 where it states none.
    """
    stated = EncodingDetector.find_declared_encoding(data, is_html=True)
    page = page_of(decode(data, stated or "utf-8-sig"))
    title = page.title or page.h1
    language = page.html.get("lang") or page.html.get("xml:lang") if page.html else None
    name = tidy(title.get_text()) if title else ""
    text, sections = text_and_sections(page)
    return Content(text, name, sections, page_language(str(language) if language else None))


def text_and_sections(page: BeautifulSoup) -> tuple[str, tuple[int, ...]]:
    """What a reader of the page sees, and where its second and later sections begin."""
    return joined(_sections(marked_text(page)))


def page_of(markup: str) -> BeautifulSoup:
    """The tree of a page, of whatever it is taken for: warnings of the library are for whoever chose its parser."""
    with warnings.catch_warnings(action="ignore", category=UnusualUsageWarning):
        return BeautifulSoup(markup, "html.parser")


def page_language(code: str | None) -> str | None:
    """The language of a page; its region, which pages state without a reason, counts only where it tells the script.

    >>> page_language("en-GB"), page_language("zh-TW"), page_language("sr-Latn-RS"), page_language("x y")
    ('en', 'zh-Hant', 'sr-Latn', None)
    """
    found = canonical_language(code)
    try:
        tag = Language.get(found) if found else None
    except ValueError:
        return None
    if tag is None or not tag.is_valid():
        return None
    script = "Hant" if tag.language == "zh" and tag.territory in TRADITIONAL else tag.script
    return "-".join(filter(None, [tag.language, script]))


def joined(parts: list[str]) -> tuple[str, tuple[int, ...]]:
    r"""Sections with a blank line between them, and where the second and later ones begin.

    >>> joined(["one", "two"])
    ('one\n\ntwo', (5,))
    """
    ends = accumulate(len(part) + len(GAP) for part in parts)
    return GAP.join(parts), tuple(ends)[:-1]


def _sections(marked: str) -> list[str]:
    """The sections of a marked text; a heading with nothing below it belongs to the next one."""
    found: list[str] = []
    is_bare = False
    for number, section in enumerate(marked.split(SECTION)):
        lines = (re.sub(r" *\n *", "\n", block).strip() for block in section.split(BREAK))
        blocks = [line for line in lines if line]
        if blocks:
            before = [found.pop()] if is_bare else []
            found.append(GAP.join(before + blocks))
            is_bare = number > 0 and len(blocks) == 1
    return found


def tidy(text: str) -> str:
    r"""A text on one line.

    >>> tidy("  La\n Seine")
    'La Seine'
    """
    return BLANK.sub(" ", text).strip()
