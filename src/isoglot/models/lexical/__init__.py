"""Lexical scoring, for texts in every script."""

from isoglot.models.lexical.bm25 import Lexicon
from isoglot.models.lexical.words import words

__all__ = ["Lexicon", "words"]
