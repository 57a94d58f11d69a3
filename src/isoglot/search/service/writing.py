"""Changing the index that is served."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from sentence_transformers import SentenceTransformer

from isoglot.search.build import Encoder, EncoderRequest, Summary, add_documents, delete_documents
from isoglot.search.documents import Document
from isoglot.search.store.store import Store


class Writer:
    """Writes to the index in a folder.

    The model is loaded once more, with the first documents: one that encodes documents would keep questions waiting.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, documents: Sequence[Document]) -> Summary:
        """Add documents, or replace those of the same ids, in one version; errors are those of `add_documents`."""
        return add_documents(self.folder, documents, self._model)

    def delete(self, document_id: str) -> None:
        """Delete a document in one version; errors are those of `delete_documents`."""
        delete_documents(self.folder, [document_id])

    @cached_property
    def _model(self) -> SentenceTransformer:
        return Encoder.load(EncoderRequest().completed(Store.open(self.folder).settings)).model
