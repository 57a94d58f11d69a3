"""Documents cut into passages at the bounds of sections and sentences."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from isoglot.search.passages.pieces import Span, pieces, stripped

# The last sentences of a passage, up to this share of the longest, begin the next one again.
OVERLAP = 0.15


def passage_spans(text: str, sections: Sequence[int], language: str | None, longest: int) -> Iterator[Span]:
    """Cut a text into passages.

    A section that fits is one passage. The passages of a longer one hold as many of its sentences as fit, and begin
    with the last sentences of the passage before as far as those are short. Together they hold every character of the
    text but the white space between them.

    Args:
        text: of the document.
        sections: where the second and later sections begin, ascending.
        language: BCP-47, None where it is not known.
        longest: characters of a passage.

    Yields:
        Start and end of each passage, both ascending; none is longer than `longest`, none lies in two sections, and
        none begins or ends with white space.
    """
    for start, end in pairwise((0, *sections, len(text))):
        for first, last in _of_section(text[start:end], language, longest):
            yield start + first, start + last


def _of_section(section: str, language: str | None, longest: int) -> Iterator[Span]:
    start, end = stripped(section, 0, len(section))
    if end - start > longest:
        part = max(1, int(OVERLAP * longest))
        yield from packed(list(pieces(section, language, longest, part)), longest)
    elif start < end:
        yield start, end


def packed(spans: Sequence[Span], longest: int) -> Iterator[Span]:
    """Runs of neighbouring spans, each as long as it may be, that overlap where the last spans are short.

    >>> list(packed([(0, 40), (41, 80), (81, 90), (91, 130)], 100))
    [(0, 90), (81, 130)]
    """
    first = 0
    while first < len(spans):
        last = first
        while last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= longest:
            last += 1
        yield spans[first][0], spans[last][1]
        first = len(spans) if last + 1 == len(spans) else _next_first(spans, first, last, longest)


def _next_first(spans: Sequence[Span], first: int, last: int, longest: int) -> int:
    """Where the run after first … last begins: as early as the overlap allows and the next span still fits."""
    begin = last + 1
    while (
        begin - 1 > first
        and spans[last][1] - spans[begin - 1][0] <= OVERLAP * longest
        and spans[last + 1][1] - spans[begin - 1][0] <= longest
    ):
        begin -= 1
    return begin
