"""What a build says about the languages of its passages."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from isoglot.search.store.schema import UNKNOWN_LANGUAGE

EXAMPLES, EXAMPLE_CHARACTERS = 3, 60


@dataclass
class Languages:
    """Counts of passages.

    Args:
        passages: of each language.
        detected: passages whose language was not given.
        uncertain: detected ones below even odds, which count as of no language.
        examples: the beginnings of the first uncertain ones.
    """

    passages: Counter[str] = field(default_factory=Counter)
    detected: int = 0
    uncertain: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, rows: Iterable[dict[str, Any]], is_given: Iterable[bool]) -> None:
        """Count rows; `is_given` says of each whether its document stated the language."""
        for row, given in zip(rows, is_given, strict=True):
            self.passages[row["language"]] += 1
            self.detected += not given
            if not given and row["language"] == UNKNOWN_LANGUAGE:
                self.uncertain += 1
                if len(self.examples) < EXAMPLES:
                    self.examples.append(" ".join(row["text"][:EXAMPLE_CHARACTERS].split()))
