"""Documents to the rows of their passages, all columns but the vectors."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from isoglot.search.documents import Document
from isoglot.search.language import detector
from isoglot.search.passages import passage_spans
from isoglot.search.store.schema import metadata_text

Row = dict[str, Any]


@dataclass(frozen=True)
class Cutting:
    """How documents become passages.

    Args:
        origin: what is indexed.
        longest: characters of a passage.
        languages: to choose from where a document states none; empty for all that are known.
    """

    origin: str
    longest: int
    languages: tuple[str, ...] = ()

    def document_hash(self, document: Document) -> str:
        """A hash of all that decides the rows of a document in an index of the same settings."""
        detected_among = None if document.language else self.languages
        content = [document.model_dump(mode="json"), detected_among]
        return blake2b(json.dumps(content, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()

    def rows(self, document: Document, document_hash: str) -> Iterator[Row]:
        """The passages of a document; their language is None where the document states none."""
        shared = {
            "document_id": document.document_id,
            "language": document.language,
            "language_confidence": 1.0,
            "title": document.title,
            "source": document.source,
            "origin": self.origin,
            "metadata": metadata_text(document.metadata),
            "document_hash": document_hash,
        }
        spans = passage_spans(document.text, document.sections, document.language, self.longest)
        for number, (start, end) in enumerate(spans):
            text = document.text[start:end]
            yield shared | {"passage_id": f"{document.document_id}:{number}", "number": number, "text": text}

    def detect(self, rows: list[Row]) -> None:
        """Give rows without a language the one that is detected, and its confidence."""
        asked = [row for row in rows if row["language"] is None]
        found = detector(self.languages).detect([row["text"] for row in asked]) if asked else []
        for row, each in zip(asked, found, strict=True):
            row["language"], row["language_confidence"] = each.language, each.confidence
