"""PDF: pages are sections."""

import logging
from io import BytesIO

from pypdf import PdfReader

from isoglot.search.documents.document import Content, UnreadableError
from isoglot.search.documents.html import joined

# Its warnings about malformed files are of no use to the person who indexes them.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_pdf(data: bytes) -> Content:
    """The text of the pages that have any, a blank line between them; title as the file states it.

    Raises:
        UnreadableError: it is no PDF, needs a password or holds no text, such as a scanned one.
    """
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("needs a password")
        pages = [_clean(page.extract_text()) for page in reader.pages]
        title = _clean((reader.metadata and reader.metadata.title) or "")
    except UnreadableError:
        raise
    except Exception as problem:  # a malformed file raises errors of every kind
        raise UnreadableError(f"is no readable PDF ({type(problem).__name__})") from problem
    if not any(pages):
        raise UnreadableError("is a PDF without text, such as a scanned one")
    text, sections = joined([page for page in pages if page])
    return Content(text, title, sections)


def _clean(text: str) -> str:
    """Text without the halves of characters that a malformed font table leaves."""
    return text.encode("utf-8", "ignore").decode().strip()
