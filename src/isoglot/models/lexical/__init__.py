"""Lexical scoring, for texts in every script."""

from isoglot.models.lexical.bm25 import Lexicon
from isoglot.models.lexical.words import word_spans, words

__all__ = ["Lexicon", "word_spans", "words"]
