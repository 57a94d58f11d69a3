"""Hits as they are shown."""

from isoglot.search.answering.candidates import Candidates
from isoglot.search.answering.highlight import highlight, telling_words
from isoglot.search.derived import Derived
from isoglot.search.response import Hit


def hits_shown(derived: Derived, hits: Candidates, question: str, language: str) -> tuple[Hit, ...]:
    """The passages of hits, with the question's words highlighted.

    Args:
        derived: the passages.
        hits: in their order.
        question: its text.
        language: of the question.
    """
    wanted = telling_words(question, language, derived.about.passages, derived.lexicon.passages_with)
    shown = zip(derived.passages(hits.rows.tolist()), hits.scores.tolist(), strict=True)
    return tuple(
        Hit(rank=rank, score=score, highlights=highlight(wanted, passage["text"]), **passage)
        for rank, (passage, score) in enumerate(shown, 1)
    )
