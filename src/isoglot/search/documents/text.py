"""Plain text."""

from isoglot.search.documents.decoding import decode
from isoglot.search.documents.document import Content


def read_text(data: bytes) -> Content:
    """The text as it stands; it has one section.

    Raises:
        UnreadableError: it is no text.
    """
    return Content(decode(data))
