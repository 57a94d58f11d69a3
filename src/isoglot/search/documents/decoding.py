"""Bytes of a file to text, without guessing."""

import codecs

from isoglot.search.documents.document import UnreadableError

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(data: bytes, encoding: str = "utf-8-sig") -> str:
    r"""Text in UTF-8, in UTF-16 where it begins with its mark, or in the encoding that a file states.

    >>> decode("día".encode()), decode("día".encode("utf-16")), decode("día".encode("latin-1"), "latin-1")
    ('día', 'día', 'día')

    Raises:
        UnreadableError: it is binary, or text in another encoding.
    """
    if data.startswith(UTF_16):
        encoding = "utf-16"
    elif b"\0" in data:
        raise UnreadableError("is binary")
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        name = encoding.removesuffix("-sig").upper()
        raise UnreadableError(f"is not {name}") from None
