"""Indexing a source, adding and deleting documents: each one version of the store."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.search.build.encoder import Encoder, Fill
from isoglot.search.build.known import check_known, known_documents
from isoglot.search.build.request import EncoderRequest
from isoglot.search.build.summary import Summary
from isoglot.search.build.update import Update
from isoglot.search.documents import Document, Source
from isoglot.search.store.alone import alone
from isoglot.search.store.store import Store, is_index


def index_source(
    source: Source,
    folder: Path,
    request: EncoderRequest,
    *,
    languages: Sequence[str] = (),
    progress: bool = False,
    fill: Fill | None = None,
) -> Summary:
    """Bring an index to what a source holds now; it is made where there is none.

    Documents that are in the index as they are in the source are not encoded. Those that came from this source and
    are gone from it are deleted; those of other sources stay.

    Args:
        source: what is indexed.
        folder: of the index.
        request: which encoder.
        languages: to choose from where a document states none; empty for all that are known.
        progress: show a bar on standard error.
        fill: fills the embedding store before; None to encode in this process alone.

    Raises:
        RequestError: nothing in the source can be read, a document came from another source before, or the index was
            made with another encoder.
        IsoglotError: another process is writing to the index, or it cannot be written.
    """
    with alone(folder):
        store = Store.open(folder) if is_index(folder) else None
        encoder = replace(Encoder.load(request.completed(store.settings) if store else request), fill=fill)
        update = Update(folder, store, encoder, source.origin, tuple(languages), is_whole=True, progress=progress)
        return update.run(source.read())


def add_documents(folder: Path, documents: Iterable[Document], model: SentenceTransformer) -> Summary:
    """Add documents to an index, or replace those of the same ids that were added so.

    Raises:
        RequestError: there is no index, it was made with another model, or a document belongs to a source.
        IsoglotError: another process is writing to the index, or it cannot be written.
    """
    Store.open(folder)
    with alone(folder):
        store = Store.open(folder)
        encoder = Encoder.of(store.settings.model, model, store.settings.passage_characters)
        return Update(folder, store, encoder).run(documents)


def delete_documents(folder: Path, ids: Sequence[str]) -> Store:
    """Delete documents from an index.

    A source that still holds them brings them back when it is indexed again.

    Raises:
        RequestError: there is no index, or no document of one of these ids; nothing is deleted then.
        IsoglotError: another process is writing to the index, or it cannot be written.
    """
    Store.open(folder)
    with alone(folder):
        store = Store.open(folder)
        check_known(ids, known_documents(store))
        store.commit([], ids)
        return store


def delete_source(folder: Path, origin: str) -> Store:
    """Delete all documents that came from a source; errors are those of `delete_documents`."""
    ids = [each for each, known in known_documents(Store.open(folder)).items() if known.origin == origin]
    if not ids:
        raise RequestError(f"the index in {folder} holds no document that came from {origin}; check the source.")
    return delete_documents(folder, ids)
