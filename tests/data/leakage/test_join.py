"""The join finds exactly the pairs that counting all pairs finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.data.leakage import join
from isoglot.data.leakage.grams import GramSets

VOCABULARY = 40
Sets = list[set[int]]
some_sets = st.lists(st.sets(st.integers(0, VOCABULARY - 1), max_size=30), min_size=1, max_size=8)


def gram_sets(sets: Sets, outside: int = 0) -> GramSets:
    """Of sets that hold `outside` n-grams more than the vocabulary knows."""
    entries = [(text, gram) for text, grams in enumerate(sets) for gram in sorted(grams)]
    text, gram = np.array(entries, np.int64).reshape(-1, 2).T
    return GramSets(text, gram, np.array([len(grams) + outside for grams in sets]))


def counted(probe: Sets, target: Sets, needed: list[int]) -> set[tuple[int, int, int]]:
    return {
        (one, other, len(probe[one] & target[other]))
        for one in range(len(probe))
        for other in range(len(target))
        if 0 < needed[one] <= len(probe[one] & target[other])
    }


@settings(max_examples=200, deadline=None)
@given(some_sets, some_sets, st.floats(0.3, 1), st.integers(0, 6), st.sampled_from([1, 7, 10**6]), st.integers(0, 8))
def test_every_pair_that_shares_enough_is_found_once_with_its_count(
    probe: Sets, target: Sets, share: float, outside: int, at_once: int, extra: int
) -> None:
    sets = gram_sets(probe, outside)
    needed = np.ceil(share * sets.size).astype(np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(join, "AT_ONCE", at_once)
        patch.setattr(join, "EXTRA", extra)
        found = join.overlaps(sets, gram_sets(target), needed, VOCABULARY)
    pairs = list(zip(*(each.tolist() for each in found), strict=True))
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == counted(probe, target, needed.tolist())


def test_a_text_that_needs_nothing_is_left_out() -> None:
    sets = gram_sets([{1, 2}, {1, 2}])
    first, second, shared = join.overlaps(sets, gram_sets([{1, 2, 3}]), np.array([0, 2]), VOCABULARY)
    assert (first.tolist(), second.tolist(), shared.tolist()) == ([1], [0], [2])
