"""A page that lists what the API can do: made here, since the usual viewers load themselves from other hosts."""

from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
code { font-family: ui-monospace, monospace; }
h2 { margin-top: 2rem; border-top: 1px solid; padding-top: 1rem; }
dt { font-weight: 600; }
"""


def documentation(description: dict[str, Any]) -> str:
    """The page, from the app's OpenAPI description."""
    info = description["info"]
    body = "".join(_operations(description))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(info["title"])}</title><link rel="stylesheet" href="docs.css"></head><body><main>'
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])} "
        f'All of this for programs: <a href="openapi.json">openapi.json</a>.</p>{body}</main></body></html>'
    )


def _operations(description: dict[str, Any]) -> Iterator[str]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(operation['summary'])}</p>"
            yield _listed("Parameters", _parameters(operation))
            yield _listed("Body", _properties(operation))
            yield _listed(
                "Answers", ((status, known["description"]) for status, known in operation["responses"].items())
            )


def _parameters(operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for parameter in operation.get("parameters", []):
        yield parameter["name"], parameter.get("description") or parameter["schema"].get("description", "")


def _properties(operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for name, known in content["schema"].get("properties", {}).items():
            yield name, known.get("description", "")


def _listed(title: str, entries: Iterator[tuple[str, str]]) -> str:
    items = "".join(f"<dt><code>{escape(name)}</code></dt><dd>{escape(text)}</dd>" for name, text in entries)
    return f"<h3>{title}</h3><dl>{items}</dl>" if items else ""
