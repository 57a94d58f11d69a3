"""What can be indexed: documents, and the readers of collections, files and tables that give them."""

from isoglot.search.documents.document import Document, Skipped
from isoglot.search.documents.source import Source, open_source, origin_of
from isoglot.search.documents.table import Columns

__all__ = ["Columns", "Document", "Skipped", "Source", "open_source", "origin_of"]
