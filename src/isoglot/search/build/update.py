"""One update of an index: read, encode, commit."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from isoglot.errors import RequestError
from isoglot.search.build.changes import Changes, read_changes
from isoglot.search.build.encoder import Encoder, check_same
from isoglot.search.build.known import known_documents
from isoglot.search.build.passage_rows import Cutting
from isoglot.search.build.spool import Spool
from isoglot.search.build.summary import Summary
from isoglot.search.build.vectors import encode_rows
from isoglot.search.documents import Document, Skipped
from isoglot.search.store.schema import passages_schema
from isoglot.search.store.store import Store

ADDED_ALONE = ""


@dataclass
class Update:
    """Brings documents into an index; the caller sees to it that nobody else writes.

    Args:
        folder: of the index.
        store: its newest version; None for a new index.
        encoder: of the passages.
        origin: what is indexed; empty for documents that are added alone.
        languages: to choose from where a document states none; empty for all that are known.
        is_whole: whether the documents are all of their origin, so that others of it are deleted.
        progress: show a bar on standard error.
    """

    folder: Path
    store: Store | None
    encoder: Encoder
    origin: str = ADDED_ALONE
    languages: tuple[str, ...] = ()
    is_whole: bool = False
    progress: bool = False

    def run(self, documents: Iterable[Document | Skipped]) -> Summary:
        """Read the documents, encode what changed, and commit it.

        Raises:
            RequestError: no document can be read, one came from another origin, or the encoder is another.
            IsoglotError: the index cannot be written.
        """
        started = time.monotonic()
        if self.store is not None:
            check_same(self.folder, self.store.settings, self.encoder.settings)
        known = known_documents(self.store)
        cutting = Cutting(self.origin, self.encoder.settings.passage_characters, self.languages)
        schema = passages_schema(self.encoder.settings.dimensions)
        with Spool(self.folder, schema.remove(schema.get_field_index("vector"))) as texts:
            changes = read_changes(documents, known, cutting, texts)
            if not changes.seen:
                raise _nothing_read(self.origin, changes)
            if self.is_whole:
                changes.delete_unseen(each for each, before in known.items() if before.origin == self.origin)
            store = self._commit(texts, Spool(self.folder, schema), changes)
        return Summary(
            changes,
            passages=texts.rows,
            documents_now=len(known) + changes.added - len(changes.deleted),
            passages_now=store.count,
            version=store.version,
            seconds=time.monotonic() - started,
        )

    def _commit(self, texts: Spool, rows: Spool, changes: Changes) -> Store:
        with rows:
            if changes:
                encode_rows(texts, rows, self.encoder, progress=self.progress)
            if self.store is None:
                return Store.create(self.folder, self.encoder.settings, rows)
            if changes:
                self.store.commit(rows, changes.removed)
            return self.store


def _nothing_read(origin: str, changes: Changes) -> RequestError:
    """The error for a source that gives no document."""
    if not changes.skipped_count:
        return RequestError(f"{origin or 'the request'} holds no documents; give at least one.")
    first = changes.skipped[0]
    return RequestError(
        f"nothing in {origin or 'the request'} can be read: {first.name}: {first.reason}"
        f"{f', and {changes.skipped_count - 1:,} more' if changes.skipped_count > 1 else ''}."
    )
