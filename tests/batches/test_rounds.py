"""Every topic is drawn before any is drawn again; sharing passages only ever puts a topic off."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.batches.rounds import topic_batches
from isoglot.errors import RequestError


def start(groups: dict[int, tuple[int, ...]], size: int, seed: int = 0) -> Iterator[np.ndarray]:
    return topic_batches(np.array(list(groups)), groups.__getitem__, size, np.random.default_rng(seed))


def drawn(groups: dict[int, tuple[int, ...]], size: int, seed: int, count: int) -> list[list[int]]:
    """The first batches, as many as can be filled."""
    stream, found = start(groups, size, seed), []
    try:
        found.extend(batch.tolist() for batch in islice(stream, count))
    except RequestError:
        return found
    return found


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 25), st.data(), st.integers(0, 99))
def test_without_shared_groups_counts_never_differ_by_two(topics: int, data: st.DataObject, seed: int) -> None:
    size = data.draw(st.integers(1, topics))
    found = drawn({topic: (topic,) for topic in range(topics)}, size, seed, 30)
    assert len(found) == 30
    counts = Counter(dict.fromkeys(range(topics), 0))
    for batch in found:
        assert len(set(batch)) == size
        for topic in batch:
            counts[topic] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sets(st.integers(0, 12), min_size=1, max_size=3), min_size=4, max_size=16), st.integers(1, 4),
       st.integers(0, 99))  # fmt: skip
def test_with_shared_groups_a_topic_waits_only_where_it_cannot_stand(
    sets: list[set[int]], size: int, seed: int
) -> None:
    """A topic is in its n-th round when it is drawn the n-th time."""
    groups = {topic: tuple(sorted(each)) for topic, each in enumerate(sets)}
    counts: Counter[int] = Counter()
    for batch in drawn(groups, size, seed, 25):
        taken = [group for topic in batch for group in groups[topic]]
        assert len(taken) == len(set(taken))
        before = counts.copy()
        counts.update(batch)
        latest = max(counts[topic] for topic in batch)
        for topic, own in groups.items():
            if topic not in batch and before[topic] + 1 < latest:
                assert set(taken) & set(own)


def test_a_topic_without_groups_is_not_twice_in_a_batch_either() -> None:
    assert all(len(set(batch)) == 3 for batch in drawn(dict.fromkeys(range(5), ()), 3, 0, 20))


def test_what_was_passed_over_goes_first() -> None:
    groups = {0: (7,), 1: (7,), 2: (7,), 3: (3,), 4: (4,), 5: (5,)}
    for seed in range(20):
        found = drawn(groups, 2, seed, 60)
        counts = Counter(topic for batch in found for topic in batch)
        assert len(found) == 60
        assert min(counts[topic] for topic in (0, 1, 2)) >= max(counts.values()) - 2


@pytest.mark.parametrize(("groups", "most"), [({0: (1,), 1: (1,), 2: (1,)}, 1), ({0: (1,), 1: (2,), 2: (2,)}, 2)])
def test_a_batch_that_sharing_keeps_from_filling_is_an_error(groups: dict[int, tuple[int, ...]], most: int) -> None:
    with pytest.raises(RequestError, match=f"only {most} of 3 topics can stand together .* batch of 3"):
        next(start(groups, 3))


def test_rounds_are_shuffled_anew() -> None:
    found = drawn({topic: (topic,) for topic in range(12)}, 12, 0, 5)
    assert len({tuple(batch) for batch in found}) == 5
