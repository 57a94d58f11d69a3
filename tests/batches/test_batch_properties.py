"""Whatever the collection: rows belong together, nothing stands twice, and no relevant passage is a negative."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_collections import Facts, collections, group_of, parallel

from isoglot.batches import STRATEGIES, Batch, Plan, strategy_named
from isoglot.data import Collection
from isoglot.errors import RequestError

STEPS = 8
names = st.sampled_from(STRATEGIES)


def batches(
    collection: Collection | list[Collection], name: str, size: int, seed: int, negatives: int = 0
) -> Iterator[Batch]:
    """The first batches that the collection can fill."""
    several = collection if isinstance(collection, list) else [collection]
    plan = Plan(several, strategy_named(name), batch_size=size, seed=seed, negatives=negatives)
    for step in range(STEPS):
        try:
            yield plan.batch(step)
        except RequestError:
            return


@settings(max_examples=60, deadline=None)
@given(st.lists(collections(), min_size=1, max_size=2), names, st.integers(1, 4), st.integers(0, 9))
def test_rows_belong_to_the_topic_and_the_strategy(several: list[Collection], name: str, size: int, seed: int) -> None:
    for batch in batches(several, name, size, seed):
        collection, facts = several[batch.collection], Facts(several[batch.collection])
        languages = []
        for topic, query, passage in zip(batch.topics, batch.queries, batch.passages, strict=True):
            asked, given_ = facts.queries[query], facts.passages[passage]
            assert asked["topic_id"] == collection.topics[topic]
            assert given_["passage_id"] in facts.relevant[asked["topic_id"]]
            languages.append((asked["language"], given_["language"]))
        alike = {a == b for a, b in languages}
        assert len(alike) == 1
        assert name == "hybrid" or alike == {name != "cross-lingual"}
        if alike == {True} and name in ("monolingual", "hybrid"):
            assert len(set(languages)) == 1


@settings(max_examples=60, deadline=None)
@given(collections(), names, st.integers(1, 4), st.integers(0, 9))
def test_no_topic_and_no_parallel_group_twice(collection: Collection, name: str, size: int, seed: int) -> None:
    facts = Facts(collection)
    for batch in batches(collection, name, size, seed):
        topics = [collection.topics[topic] for topic in batch.topics]
        assert len(set(topics)) == len(topics) == size
        groups = [group for topic in topics for group in facts.groups[topic]]
        assert len(set(groups)) == len(groups)


@settings(max_examples=60, deadline=None)
@given(collections(), names, st.integers(1, 4), st.integers(0, 9), st.integers(0, 3))
def test_hard_negatives_and_exclusions_by_brute_force(
    collection: Collection, name: str, size: int, seed: int, count: int
) -> None:
    facts = Facts(collection)
    for batch in batches(collection, name, size, seed, count):
        assert batch.negatives.shape == (size, count)
        candidates = [*batch.passages, *batch.negatives.ravel()]
        assert batch.excluded.shape == (size, len(candidates)) == (size, size * (1 + count))
        for example, topic in enumerate(collection.topics[topic] for topic in batch.topics):
            language = facts.passages[batch.passages[example]]["language"]
            offered = {p["passage_id"] for p in facts.passages
                       if p["passage_id"] in facts.judged_zero[topic] and p["language"] == language}  # fmt: skip
            drawn = [facts.passages[row]["passage_id"] for row in batch.negatives[example] if row != -1]
            assert len(set(drawn)) == len(drawn) == min(count, len(offered))
            assert set(drawn) <= offered
            for column, row in enumerate(candidates):
                own = column == example
                relevant = row == -1 or group_of(facts.passages[row]) in facts.groups[topic]
                assert batch.excluded[example, column] == (relevant and not own)


@settings(max_examples=40, deadline=None)
@given(collections(), names, st.integers(0, 9), st.permutations(range(STEPS)))
def test_a_batch_depends_on_seed_and_step_alone(collection: Collection, name: str, seed: int, order: list[int]) -> None:
    in_order = list(batches(collection, name, 2, seed, 1))
    plan = Plan([collection], strategy_named(name), batch_size=2, seed=seed, negatives=1)
    for step in [*order, *order[:3]]:
        if step < len(in_order):
            assert same(plan.batch(step), in_order[step])
    if in_order:
        last = len(in_order) - 1
        resumed = Plan([collection], strategy_named(name), batch_size=2, seed=seed, negatives=1)
        assert same(resumed.batch(last), in_order[last])


def same(one: Batch, other: Batch) -> bool:
    pairs = zip(vars(one).values(), vars(other).values(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.integers(1, 4), names, st.integers(0, 2), st.integers(0, 99))
def test_the_shares_of_all_ranks_make_the_global_batch(
    world: int, each: int, name: str, negatives: int, seed: int
) -> None:
    plan = Plan([parallel("c", 40)], strategy_named(name), batch_size=world * each, seed=seed, negatives=negatives)
    batch = plan.batch(0)
    shares = [batch.share(rank, world) for rank in range(world)]
    for field in ("topics", "queries", "passages", "negatives", "excluded"):
        assert np.array_equal(np.concatenate([getattr(share, field) for share in shares]), getattr(batch, field))
    assert {share.collection for share in shares} == {batch.collection}
    assert all(share.excluded.shape == (each, world * each * (1 + negatives)) for share in shares)


@pytest.mark.parametrize(("size", "world"), [(8, 3), (2, 4), (7, 2)])
def test_a_batch_that_does_not_divide_is_an_error(size: int, world: int) -> None:
    batch = Plan([parallel("c", 40)], strategy_named("mixed"), batch_size=size, seed=0).batch(0)
    with pytest.raises(RequestError, match=f"batch of {size} does not divide by {world} workers"):
        batch.share(0, world)
