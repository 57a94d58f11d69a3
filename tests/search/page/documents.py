"""Passages in many languages and scripts, as an index would hold them, with what a model might make of them."""

import json
from dataclasses import dataclass
from pathlib import Path

TIDES = "Why does the sea rise and fall twice a day?"


@dataclass(frozen=True)
class Passage:
    """A passage with its cosine to `TIDES`; `words` are what is highlighted."""

    language: str
    score: float
    title: str
    text: str
    words: tuple[str, ...]
    source: str
    metadata: dict[str, object]
    confidence: float = 1.0


_LINES = (Path(__file__).parent / "passages.jsonl").read_text(encoding="utf-8").splitlines()
PASSAGES = tuple(Passage(**json.loads(line)) for line in _LINES)
