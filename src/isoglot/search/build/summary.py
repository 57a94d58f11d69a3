"""What a build did, for a person."""

from dataclasses import dataclass

from isoglot.data.languages import language_name
from isoglot.search.build.changes import Changes
from isoglot.search.build.languages import Languages
from isoglot.search.response import IndexDescription
from isoglot.search.store.schema import UNKNOWN_LANGUAGE

SHOWN_LANGUAGES = 30


@dataclass(frozen=True)
class Summary:
    """What an update changed, and what the index holds now.

    Args:
        changes: documents by what happened to them.
        passages: written for new and changed documents.
        documents_now: in the index.
        passages_now: in the index.
        version: of the store.
        seconds: that it took.
    """

    changes: Changes
    passages: int
    documents_now: int
    passages_now: int
    version: int
    seconds: float

    @property
    def lines(self) -> list[str]:
        """Some sentences."""
        changes = self.changes
        counts = (changes.added, len(changes.replaced), len(changes.deleted), changes.unchanged)
        return [
            "Documents: {:,} added, {:,} replaced, {:,} deleted, {:,} unchanged.".format(*counts),
            *_skipped(changes),
            *_languages(changes.languages, self.passages),
            f"The index holds {self.passages_now:,} passages of {self.documents_now:,} documents.",
            f"It has version {self.version} and took {self.seconds:.1f} s.",
        ]


def recall_line(described: IndexDescription) -> str:
    """How well the index finds what a scan of all vectors finds."""
    if not described.recall_questions:
        return "Every question is compared with every vector."
    return (
        f"Recall of the 10 nearest against a scan of all vectors: {described.recall:.4f} "
        f"(on {described.recall_questions:,} passages as questions)."
    )


def _skipped(changes: Changes) -> list[str]:
    if not changes.skipped_count:
        return []
    more = changes.skipped_count - len(changes.skipped)
    return [
        f"Left out: {changes.skipped_count:,}.",
        *(f"  {each.name}: {each.reason}." for each in changes.skipped),
        *([f"  And {more:,} more."] if more else []),
    ]


def _languages(languages: Languages, passages: int) -> list[str]:
    if not passages:
        return []
    counts = languages.passages.most_common(SHOWN_LANGUAGES)
    more = len(languages.passages) - len(counts)
    shown = [f"  {code:<8} {count:>10,}  {count / passages:>6.1%}  {_name(code)}" for code, count in counts]
    return [
        f"Passages written: {passages:,}, by language:",
        *shown,
        *([f"  And {more:,} more languages."] if more else []),
        *_uncertain(languages, passages),
    ]


def _name(code: str) -> str:
    return "not known" if code == UNKNOWN_LANGUAGE else language_name(code)


def _uncertain(languages: Languages, passages: int) -> list[str]:
    if not languages.detected:
        return []
    share = languages.uncertain / languages.detected
    end = ":" if languages.examples else "."
    return [
        f"The language was detected for {languages.detected:,} of {passages:,} passages.",
        f"Of those {languages.uncertain:,} ({share:.1%}) are uncertain, below even odds, and count as und{end}",
        *(f"  {example}" for example in languages.examples),
    ]
