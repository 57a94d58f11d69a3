"""All pairs of texts that share enough n-grams: none is missed, and most are never looked at.

A text that shares at least `needed` of another's `size` n-grams holds one of any `size - needed + 1` of them, and so
one of its rarest (the prefix filter of Chaudhuri et al., ICDE 2006, and Bayardo et al., WWW 2007). Looking at a few
more of the rarest and asking for as many hits more leaves few pairs to count in full. MinHash would find a pair only
with some probability; the statement that nothing leaks needs all of them.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from isoglot.data.leakage.grams import GramSets, Integers

EXTRA = 8  # n-grams looked at beyond the one that the prefix filter needs
AT_ONCE = 4_000_000  # rows held in memory together
Found = tuple[Integers, Integers, Integers]


def overlaps(probe: GramSets, target: GramSets, needed: Integers, vocabulary: int) -> Found:
    """Pairs of a probe text and a target text that holds at least `needed` of its n-grams.

    Args:
        probe: sets whose n-grams are looked up.
        target: sets in which they are looked up.
        needed: per probe text, how many n-grams have to be shared; 0 leaves the text out.
        vocabulary: the number of n-grams in the vocabulary of both.

    Returns:
        Probe text, target text and number of shared n-grams of each pair.
    """
    frequency = np.bincount(target.gram, minlength=vocabulary)
    text, gram = _prefixes(probe, needed, frequency)
    required = np.minimum(needed, 1 + EXTRA)
    found = [
        pairs
        for candidates in _candidates(text, gram, frequency, target, required)
        for pairs in _counted(candidates, probe, target, needed)
    ]
    empty = np.zeros(0, np.int64)
    first, second, shared = (
        np.concatenate((empty, *columns)) for columns in (zip(*found, strict=True) if found else [()] * 3)
    )
    return first, second, shared


def _prefixes(probe: GramSets, needed: Integers, frequency: Integers) -> tuple[Integers, Integers]:
    """Text and n-gram of the rarest n-grams of each text that can have a partner at all; absent ones left out."""
    present = frequency[probe.gram] > 0
    count = np.bincount(probe.text[present], minlength=len(probe.size))
    kept = present & ((count >= needed) & (needed > 0))[probe.text]
    text, gram = probe.text[kept], probe.gram[kept]
    order = np.lexsort((frequency[gram], text))
    gram = gram[order]
    rank = np.arange(len(text)) - np.searchsorted(text, text) + (probe.size - count)[text]
    chosen = rank < (probe.size - needed + 1 + EXTRA)[text]
    return text[chosen], gram[chosen]


def _candidates(
    text: Integers, gram: Integers, frequency: Integers, target: GramSets, required: Integers
) -> Iterator[Integers]:
    """Pairs (`probe text * target texts + target text`) with enough hits among the prefixes, piece by piece."""
    texts, starts = len(target.size), np.cumsum(frequency) - frequency
    for piece in _pieces(frequency[gram], text):
        rows, entry = spread(starts[gram[piece]], frequency[gram[piece]])
        pair, hits = np.unique(text[piece][entry] * texts + target.inverted[rows] % texts, return_counts=True)
        yield pair[hits >= required[pair // texts]]


def _counted(candidates: Integers, probe: GramSets, target: GramSets, needed: Integers) -> Iterator[Found]:
    """Those of the pairs that share enough, and how much."""
    texts, starts = len(target.size), np.searchsorted(probe.text, np.arange(len(probe.size)))
    stored = np.bincount(probe.text, minlength=len(probe.size))
    for piece in _pieces(stored[candidates // texts], np.arange(len(candidates))):
        first, second = np.divmod(candidates[piece], texts)
        rows, pair = spread(starts[first], stored[first])
        wanted = probe.gram[rows] * texts + second[pair]
        place = np.minimum(np.searchsorted(target.inverted, wanted), len(target.inverted) - 1)
        shared = np.bincount(pair[target.inverted[place] == wanted], minlength=len(first))
        enough = shared >= needed[first]
        yield first[enough], second[enough], shared[enough]


def _pieces(counts: Integers, group: Integers) -> Iterator[slice]:
    """Cut rows that stand for `counts` rows each where a group ends, so that about AT_ONCE are in hand."""
    if len(counts):
        ends = np.append(np.flatnonzero(np.diff(group)) + 1, len(group))
        batch = np.cumsum(counts)[ends - 1] // AT_ONCE
        cuts = [0, *ends[np.flatnonzero(np.diff(batch))].tolist(), len(group)]
        yield from (slice(start, end) for start, end in pairwise(cuts) if end > start)


def spread(starts: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """The positions of all ranges [start, start + count), one after another, and the range of each.

    >>> [each.tolist() for each in spread(np.array([5, 0]), np.array([2, 3]))]
    [[5, 6, 0, 1, 2], [0, 0, 1, 1, 1]]
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return np.arange(len(owner)) + (starts - before)[owner], owner
