"""Whatever the collection: rows belong together, nothing stands twice, and no relevant passage is a negative."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_collections import Facts, collections, group_of, parallel

from isoglot.batches import STRATEGIES, Batch, Plan, strategy_named
from isoglot.data import Collection
from isoglot.errors import RequestError

STEPS = 8
ONE_PATTERN = ("monolingual", "one-pair", "hybrid-one-pair")  # each batch has one pair of languages
WITH_ALPHA = ("hybrid", "within-batch", "hybrid-one-pair")
names = st.sampled_from(STRATEGIES)


def batches(
    collection: Collection | list[Collection], name: str, size: int, seed: int, negatives: int = 0, **options: Any
) -> Iterator[Batch]:
    """The first batches that the collection can fill."""
    several = collection if isinstance(collection, list) else [collection]
    plan = Plan(several, strategy_named(name), batch_size=size, seed=seed, negatives=negatives, **options)
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
        assert name == "within-batch" or len(alike) == 1
        assert name in WITH_ALPHA or alike == {name in ("mixed", "monolingual")}
        if name in ONE_PATTERN or (name == "hybrid" and alike == {True}):
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
@given(collections(), names, st.integers(1, 4), st.integers(0, 9), st.integers(0, 3), st.integers(0, 3))
def test_hard_negatives_and_masks_by_brute_force(
    collection: Collection, name: str, size: int, seed: int, count: int, versions: int
) -> None:
    facts = Facts(collection)
    for batch in batches(collection, name, size, seed, count, versions=versions):
        assert batch.negatives.shape == (size, count)
        width = batch.versions.shape[1]
        assert width == min(versions, len(collection.languages) - 1)
        candidates = [*batch.passages, *batch.negatives.ravel(), *batch.versions.ravel()]
        assert batch.excluded.shape == (size, len(candidates)) == (size, size * (1 + count + width))
        assert batch.positive.shape == batch.excluded.shape
        assert not (batch.positive & batch.excluded).any()
        for example, topic in enumerate(collection.topics[topic] for topic in batch.topics):
            language = facts.passages[batch.passages[example]]["language"]
            offered = {p["passage_id"] for p in facts.passages
                       if p["passage_id"] in facts.judged_zero[topic] and p["language"] == language}  # fmt: skip
            drawn = [facts.passages[row]["passage_id"] for row in batch.negatives[example] if row != -1]
            assert len(set(drawn)) == len(drawn) == min(count, len(offered))
            assert set(drawn) <= offered
            for column, row in enumerate(candidates):
                version = column - size * (1 + count)
                own = column == example or (version >= 0 and version // width == example and row != -1)
                relevant = row == -1 or group_of(facts.passages[row]) in facts.groups[topic]
                assert batch.positive[example, column] == own
                assert relevant or not own
                assert batch.excluded[example, column] == (relevant and not own)


@settings(max_examples=40, deadline=None)
@given(collections(), names, st.integers(0, 9), st.permutations(range(STEPS)))
def test_a_batch_depends_on_seed_and_step_alone(collection: Collection, name: str, seed: int, order: list[int]) -> None:
    options = {"negatives": 2, "foreign_negatives": 0.5, "versions": 2}
    in_order = list(batches(collection, name, 2, seed, **options))
    plan = Plan([collection], strategy_named(name), batch_size=2, seed=seed, **options)
    for step in [*order, *order[:3]]:
        if step < len(in_order):
            assert same(plan.batch(step), in_order[step])
    if in_order:
        last = len(in_order) - 1
        resumed = Plan([collection], strategy_named(name), batch_size=2, seed=seed, **options)
        assert same(resumed.batch(last), in_order[last])


def same(one: Batch, other: Batch) -> bool:
    pairs = zip(vars(one).values(), vars(other).values(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.integers(1, 4), names, st.integers(0, 2), st.integers(0, 2), st.integers(0, 99))
def test_the_shares_of_all_ranks_make_the_global_batch(
    world: int, each: int, name: str, negatives: int, versions: int, seed: int
) -> None:
    plan = Plan(
        [parallel("c", 40)], strategy_named(name), batch_size=world * each, seed=seed,
        negatives=negatives, versions=versions,
    )  # fmt: skip
    batch = plan.batch(0)
    shares = [batch.share(rank, world) for rank in range(world)]
    for field in {field.name for field in fields(Batch)} - {"collection"}:
        assert np.array_equal(np.concatenate([getattr(share, field) for share in shares]), getattr(batch, field))
    assert {share.collection for share in shares} == {batch.collection}
    candidates = world * each * (1 + negatives + versions)
    assert all(share.excluded.shape == share.positive.shape == (each, candidates) for share in shares)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_share_of_every_rank_has_the_pairs_of_the_strategy(name: str) -> None:
    collection, kinds = parallel("c", 40), set()
    plan = Plan([collection], strategy_named(name), batch_size=12, seed=0)
    asked, given_ = (table["language"].to_pylist() for table in (collection.queries, collection.passages))
    for step in range(20):
        shares = [plan.batch(step).share(rank, 3) for rank in range(3)]
        ranks = [{(asked[q], given_[p]) for q, p in zip(s.queries, s.passages, strict=True)} for s in shares]
        kinds |= {a == b for pairs in ranks for a, b in pairs}
        if name in ONE_PATTERN:
            assert len(set.union(*ranks)) == 1
        if name == "hybrid":
            assert len({a == b for pairs in ranks for a, b in pairs}) == 1
    assert kinds == ({True, False} if name in WITH_ALPHA else {name in ("mixed", "monolingual")})


@pytest.mark.parametrize(("size", "world"), [(8, 3), (2, 4), (7, 2)])
def test_a_batch_that_does_not_divide_is_an_error(size: int, world: int) -> None:
    batch = Plan([parallel("c", 40)], strategy_named("mixed"), batch_size=size, seed=0).batch(0)
    with pytest.raises(RequestError, match=f"batch of {size} does not divide by {world} workers"):
        batch.share(0, world)
