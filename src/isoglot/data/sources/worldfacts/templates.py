"""The sentences: one YAML file of question and passage wordings per language, and the choice of a wording."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import yaml


@dataclass(frozen=True)
class Templates:
    """Words and wordings of one language: `questions` and `passages` map a pattern to its wordings."""

    words: dict[str, str]
    questions: dict[str, list[str]]
    passages: dict[str, list[str]]


@cache
def languages() -> list[str]:
    """The languages that have a file of templates, sorted."""
    return sorted(file.name.removesuffix(".yaml") for file in _folder().iterdir() if file.name.endswith(".yaml"))


@cache
def templates(language: str) -> Templates:
    """Read the templates of a language."""
    text = (_folder() / f"{language}.yaml").read_text(encoding="utf-8")
    patterns = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    words = patterns.pop("words")
    questions, passages = (
        {pattern: wordings[role].splitlines() for pattern, wordings in patterns.items()}
        for role in ("questions", "passages")
    )
    return Templates(words, questions, passages)


def hashed(text: str) -> int:
    """A whole number below 2 ** 64 that depends on the text alone, the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def sentence(wordings: list[str], key: str, slots: dict[str, str], language: str) -> str:
    """One of the wordings, chosen by the hash of `key`, with its slots filled and its first letter a capital."""
    text = wordings[hashed(key) % len(wordings)].format_map(slots)
    first = "İ" if language == "tr" and text[0] == "i" else text[0].upper()
    return first + text[1:]


def _folder() -> Traversable:
    return files("isoglot.data.sources.worldfacts") / "templates"
