"""BM25 over passages in many languages."""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

import numpy as np
from bm25s import BM25
from bm25s.tokenization import Tokenized
from numpy.typing import NDArray

from isoglot.models.lexical.words import words

WORDS_FILE, COUNT_FILE = "words.txt", "count.txt"


class Lexicon:
    """BM25 scores (Robertson et al. 1994, in Lucene's form) of passages, by the words of every script.

    Args:
        passages: their texts.
    """

    def __init__(self, passages: Iterable[str]) -> None:
        self.numbers: dict[str, int] = {}
        ids = [[self.numbers.setdefault(word, len(self.numbers)) for word in words(text)] for text in passages]
        self.count = len(ids)
        self.index = BM25(method="lucene", k1=0.9, b=0.4)
        if self.numbers:
            self.index.index(Tokenized(ids=ids, vocab=self.numbers), create_empty_token=False, show_progress=False)
            self.index.vocab_dict = {}  # it would be saved once more

    def scores(self, query: str) -> NDArray[np.float32]:
        """The score of every passage for a query, 0 where they share no word; shape [passages].

        >>> Lexicon(["a red house", "ein rotes Haus", "red red"]).scores("RED").astype(float).round(2).tolist()
        [0.24, 0.0, 0.33]
        """
        known = [self.numbers[word] for word in words(query) if word in self.numbers]
        if not known:
            return np.zeros(self.count, np.float32)
        return np.asarray(self.index.get_scores(known), np.float32)

    def passages_with(self, word: str) -> int:
        """How many passages have a word, given as `words` gives it.

        >>> Lexicon(["a red house", "ein rotes Haus", "red red"]).passages_with("red")
        2
        """
        number = self.numbers.get(word)
        if number is None:
            return 0
        starts = self.index.scores["indptr"]
        return int(starts[number + 1] - starts[number])

    def save(self, folder: Path) -> None:
        """Write into a folder, to be read by `load`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / WORDS_FILE).write_text("\n".join(self.numbers), encoding="utf-8")
        (folder / COUNT_FILE).write_text(str(self.count), encoding="utf-8")
        if self.numbers:
            self.index.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; the scores stay on disk, memory-mapped, and only those of a query's words are read.

        Raises:
            OSError: a file is missing.
            ValueError: a file is damaged.
        """
        lexicon = cls(())
        text = (folder / WORDS_FILE).read_text(encoding="utf-8")
        lexicon.numbers = {word: number for number, word in enumerate(text.split("\n"))} if text else {}
        lexicon.count = int((folder / COUNT_FILE).read_text(encoding="utf-8"))
        if lexicon.numbers:
            lexicon.index = BM25.load(folder, mmap=True, load_vocab=False, show_progress=False)
        return lexicon
