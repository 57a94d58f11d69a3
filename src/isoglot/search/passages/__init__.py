"""Passages: the stretches of a document that are searched."""

from isoglot.search.passages.cut import passage_spans

__all__ = ["encoder_text", "passage_spans"]


def encoder_text(title: str, text: str) -> str:
    r"""What an encoder reads of a passage: the title of its document, where it has one, and its text.

    >>> encoder_text("Lima", "Capital of Peru.")
    'Lima\nCapital of Peru.'
    """
    return f"{title}\n{text}" if title else text
