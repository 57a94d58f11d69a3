"""What trimming asks of a vocabulary, whatever the format of its tokenizer."""

from collections.abc import Sequence
from typing import Protocol, Self


class Vocabulary(Protocol):
    """The tokens of a tokenizer, and the tokenizer as it is saved."""

    @property
    def ids(self) -> dict[str, int]:
        """The id of each token, special and added ones included."""

    @property
    def content(self) -> bytes:
        """The tokenizer as it is saved."""

    def behind(self, texts: Sequence[str], used: set[int]) -> set[int]:
        """Ids that decide how the texts are read without standing among the ids `used` by them."""

    def closed(self, used: set[int], scripts: frozenset[str]) -> set[int]:
        """What must be kept with the ids `used`, them included.

        These are special and added tokens, bytes, single characters of the scripts (and of none, such as digits), and
        what the tokenizer needs besides to read the texts as before.
        """

    def only(self, kept: Sequence[int]) -> Self:
        """The vocabulary of these ids, ascending; the token of id `kept[i]` has the new id `i`."""
