"""The passages of a Collection as documents."""

from collections.abc import Iterator
from typing import Any

from isoglot.data.collection import Collection
from isoglot.search.documents.document import Document, Skipped, document_or_skipped

ROWS = 1_024


def read_collection(collection: Collection) -> Iterator[Document | Skipped]:
    """Every passage under its id, with its language and title; its `parallel_id` is metadata."""
    for batch in collection.passages.to_batches(ROWS):
        for row in batch.to_pylist():
            yield _document(collection.name, row)


def _document(source: str, row: dict[str, Any]) -> Document | Skipped:
    group = row["parallel_id"]
    fields = {
        "document_id": row["passage_id"],
        "text": row["text"],
        "title": row["title"] or "",
        "language": row["language"],
        "source": source,
        "metadata": {} if group is None else {"parallel_id": group},
    }
    return document_or_skipped(f"passage {row['passage_id']} of {source}", lambda: fields)
