"""Markdown: headings begin sections."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from isoglot.search.documents.decoding import decode
from isoglot.search.documents.document import Content, canonical_language

FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
# A line that begins with number signs, or one that is underlined.
HEADING = re.compile(r"^ {0,3}(?:#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*|(\S.*)\n {0,3}(?:=+|-{2,})[ \t]*)$", re.MULTILINE)


def read_markdown(data: bytes) -> Content:
    """The text as it stands, without its front matter; title from there, else the first heading.

    Raises:
        UnreadableError: it is no text.
    """
    text = decode(data).replace("\r\n", "\n")
    about, text = _front_matter(text)
    hidden = FENCE.sub(lambda code: " " * len(code[0]), text)  # what looks like a heading in code is none
    headings = list(HEADING.finditer(hidden))
    first = next((heading[1] or heading[2] for heading in headings), "")
    return Content(
        text,
        title=str(about.get("title") or first).strip(),
        sections=tuple(_bounds(text, headings)),
        language=canonical_language(_word(about.get("lang") or about.get("language"))),
    )


def _bounds(text: str, headings: Iterable[re.Match[str]]) -> Iterator[int]:
    """Where headings begin a section; one with nothing between it and the heading before belongs to that one's."""
    end = 0
    for heading in headings:
        if text[end : heading.start()].strip():
            yield heading.start()
        end = heading.end()


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
