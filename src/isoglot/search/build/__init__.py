"""Building and changing an index: what changed in a source becomes one version of the store."""

from isoglot.search.build.encoder import Encoder
from isoglot.search.build.index import add_documents, delete_documents, delete_source, index_source
from isoglot.search.build.request import EncoderRequest
from isoglot.search.build.summary import Summary, recall_line

__all__ = [
    "Encoder",
    "EncoderRequest",
    "Summary",
    "add_documents",
    "delete_documents",
    "delete_source",
    "index_source",
    "recall_line",
]
