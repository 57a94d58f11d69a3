"""Markdown: read as the page that it stands for, whose headings begin sections."""

import re
from typing import Any

import yaml
from markdown_it import MarkdownIt

from isoglot.search.documents.decoding import decode
from isoglot.search.documents.document import Content, canonical_language
from isoglot.search.documents.html import page_of, text_and_sections, tidy
from isoglot.search.documents.html_text import HEADINGS

FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
# CommonMark with tables and strikethrough.
MARKDOWN = MarkdownIt("js-default", {"html": True})


def read_markdown(data: bytes) -> Content:
    """The text without marks and front matter, a blank line between blocks; title from there, else the first heading.

    Raises:
        UnreadableError: it is no text.
    """
    about, text = _front_matter(decode(data).replace("\r\n", "\n"))
    page = page_of(MARKDOWN.render(text))
    first = page.find(sorted(HEADINGS))
    read, sections = text_and_sections(page)
    return Content(
        read,
        title=str(about.get("title") or "").strip() or (tidy(first.get_text()) if first else ""),
        sections=sections,
        language=canonical_language(_word(about.get("lang") or about.get("language"))),
    )


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """What stands between lines of three hyphens at the beginning, and the text after it."""
    found = FRONT_MATTER.match(text)
    if found is None:
        return {}, text
    try:
        about = yaml.safe_load(found[1])
    except yaml.YAMLError:
        return {}, text
    return (about, text[found.end() :]) if isinstance(about, dict) else ({}, text)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None
