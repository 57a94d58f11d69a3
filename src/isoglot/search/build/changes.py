"""What an update changes: documents read from a source against those that the index holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from isoglot.search.build.known import Known, check_origin
from isoglot.search.build.languages import Languages
from isoglot.search.build.passage_rows import Cutting, Row
from isoglot.search.build.spool import Spool
from isoglot.search.documents import Document, Skipped

# A batch of rows: encoded together, so large enough that looking vectors up costs little.
ROWS = 16_384
SHOWN_SKIPPED = 5


@dataclass
class Changes:
    """Documents by what happens to them.

    Args:
        seen: ids of all that the source gave.
        added: how many of them are new.
        replaced: ids of those that changed.
        deleted: ids of those that are gone.
        skipped: what was left out; only the first ones are kept.
        skipped_count: how much was left out.
        out_of_reach: names of the files and folders among it that may be as they were.
        languages: of the passages of new and changed documents.
    """

    seen: set[str] = field(default_factory=set)
    added: int = 0
    replaced: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    skipped_count: int = 0
    out_of_reach: list[str] = field(default_factory=list)
    languages: Languages = field(default_factory=Languages)

    def __bool__(self) -> bool:
        return bool(self.added or self.replaced or self.deleted)

    @property
    def removed(self) -> list[str]:
        """Ids of documents whose passages go, be it for new ones."""
        return self.replaced + self.deleted

    @property
    def unchanged(self) -> int:
        """How many documents are as they were."""
        return len(self.seen) - self.added - len(self.replaced)

    def delete_unseen(self, document_ids: Iterable[str]) -> None:
        """Count as deleted what the source no longer gives, though not what is out of reach."""
        kept = tuple(f"{name}/" for name in self.out_of_reach)
        unseen = (each for each in document_ids if each not in self.seen)
        self.deleted += (each for each in unseen if not f"{each}/".startswith(kept))

    def skip(self, skipped: Skipped) -> None:
        """Count what is left out."""
        self.skipped_count += 1
        if skipped.is_out_of_reach:
            self.out_of_reach.append(skipped.name)
        if len(self.skipped) < SHOWN_SKIPPED:
            self.skipped.append(skipped)


def read_changes(
    documents: Iterable[Document | Skipped], known: dict[str, Known], cutting: Cutting, spool: Spool
) -> Changes:
    """Read documents, and write the rows of those that are new or changed into a spool.

    Raises:
        RequestError: a document has the id of one that came from elsewhere.
    """
    changes = Changes()
    rows: list[Row] = []
    for document, document_hash in _changed(documents, known, cutting, changes):
        rows += cutting.rows(document, document_hash)
        if len(rows) >= ROWS:
            _write(rows, cutting, changes, spool)
            rows = []
    _write(rows, cutting, changes, spool)
    return changes


def _changed(
    documents: Iterable[Document | Skipped], known: dict[str, Known], cutting: Cutting, changes: Changes
) -> Iterator[tuple[Document, str]]:
    """New and changed documents with their hashes; all are counted."""
    for document in _distinct(documents, changes):
        document_hash, before = cutting.document_hash(document), known.get(document.document_id)
        if before is None:
            changes.added += 1
            yield document, document_hash
            continue
        check_origin(document.document_id, before, cutting.origin)
        if before.hash != document_hash:
            changes.replaced.append(document.document_id)
            yield document, document_hash


def _distinct(documents: Iterable[Document | Skipped], changes: Changes) -> Iterator[Document]:
    """Documents without those that are skipped, or have the id of an earlier one."""
    for document in documents:
        if isinstance(document, Skipped):
            changes.skip(document)
        elif document.document_id in changes.seen:
            changes.skip(Skipped(document.document_id, "is the id of an earlier document"))
        else:
            changes.seen.add(document.document_id)
            yield document


def _write(rows: list[Row], cutting: Cutting, changes: Changes, spool: Spool) -> None:
    is_given = [row["language"] is not None for row in rows]
    cutting.detect(rows)
    changes.languages.add(rows, is_given)
    if rows:
        spool.write(pa.RecordBatch.from_pylist(rows, schema=spool.schema))
