"""BM25 over passages in many languages."""

from collections.abc import Sequence

import numpy as np
from bm25s import BM25
from bm25s.tokenization import Tokenized
from numpy.typing import NDArray

from isoglot.models.lexical.words import words


class Lexicon:
    """BM25 scores (Robertson et al. 1994, in Lucene's form) of passages, by the words of every script.

    Args:
        passages: their texts.
    """

    def __init__(self, passages: Sequence[str]) -> None:
        self.numbers: dict[str, int] = {}
        ids = [[self.numbers.setdefault(word, len(self.numbers)) for word in words(text)] for text in passages]
        self.count = len(passages)
        self.index = BM25(method="lucene", k1=0.9, b=0.4)
        if self.numbers:
            self.index.index(Tokenized(ids=ids, vocab=self.numbers), create_empty_token=False, show_progress=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """The score of every passage for a query, 0 where they share no word; shape [passages].

        >>> Lexicon(["a red house", "ein rotes Haus", "red red"]).scores("RED").astype(float).round(2).tolist()
        [0.24, 0.0, 0.33]
        """
        known = [self.numbers[word] for word in words(query) if word in self.numbers]
        if not known:
            return np.zeros(self.count, np.float32)
        return np.asarray(self.index.get_scores(known), np.float32)
