"""What an index holds of each document."""

from collections.abc import Iterable
from dataclasses import dataclass

from isoglot.errors import RequestError
from isoglot.search.store.store import Store


@dataclass(frozen=True)
class Known:
    """A document in an index.

    Args:
        hash: tells whether it changed.
        origin: the source that it came from; empty where it was added alone.
    """

    hash: str
    origin: str


def known_documents(store: Store | None) -> dict[str, Known]:
    """All documents of an index by id; none where there is no index yet."""
    if store is None:
        return {}
    batches = store.batches(["document_id", "document_hash", "origin"], where="number = 0")
    origins: dict[str, str] = {}
    return {
        row["document_id"]: Known(row["document_hash"], origins.setdefault(row["origin"], row["origin"]))
        for batch in batches
        for row in batch.to_pylist()
    }


def check_origin(document_id: str, known: Known, origin: str) -> None:
    """Refuse to replace a document that came from elsewhere; raises RequestError."""
    if known.origin != origin:
        place, here = (each or "a document added alone" for each in (known.origin, origin))
        raise RequestError(
            f"document {document_id!r} of {here} is in the index already and came from {place}; "
            "give it another id, or delete the other one first with `isoglot unindex`."
        )


def check_known(ids: Iterable[str], known: dict[str, Known]) -> None:
    """Refuse ids that no document has; raises RequestError."""
    missing = [document_id for document_id in ids if document_id not in known]
    if missing:
        more = f" nor {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise RequestError(f"the index holds no document {missing[0]!r}{more}; check the ids.")
