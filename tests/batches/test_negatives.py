"""Hard negatives in other languages: how many, whose, and never a passage that answers the topic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_collections import LANGUAGES, Facts, assemble, collections, group_of

from isoglot.batches import STRATEGIES, Plan, strategy_named
from isoglot.data import Collection
from isoglot.errors import RequestError


def judged(topics: int, negatives: int, languages: list[str]) -> Collection:
    """Topics with one query and passage in each language, and in each `negatives` passages judged 0."""
    both = [(f"t{n}", c) for n in range(topics) for c in languages]
    passages = [(f"{t}{c}", f"g{t}", c) for t, c in both]
    wrong = [(f"{t}{c}-{k}", None, c) for t, c in both for k in range(negatives)]
    qrels = [(t, f"{t}{c}", 1) for t, c in both] + [(t, f"{t}{c}-{k}", 0) for t, c in both for k in range(negatives)]
    return assemble("judged", both, passages + wrong, qrels)


@settings(max_examples=60, deadline=None)
@given(collections(), st.sampled_from(STRATEGIES), st.integers(0, 9), st.integers(1, 4))
def test_foreign_negatives_are_in_another_language_and_answer_nothing(
    collection: Collection, name: str, seed: int, count: int
) -> None:
    facts = Facts(collection)
    options = {"negatives": count, "foreign_negatives": 1.0}
    plan = Plan([collection], strategy_named(name), batch_size=2, seed=seed, **options)
    for step in range(6):
        try:
            batch = plan.batch(step)
        except RequestError:
            return
        for example, topic in enumerate(collection.topics[topic] for topic in batch.topics):
            own = facts.passages[batch.passages[example]]["language"]
            offered = {
                row["passage_id"] for row in facts.passages if row["passage_id"] in facts.judged_zero[topic]
                and row["language"] != own and group_of(row) not in facts.groups[topic]
            }  # fmt: skip
            drawn = [facts.passages[row]["passage_id"] for row in batch.negatives[example] if row != -1]
            assert len(set(drawn)) == len(drawn) == min(count, len(offered))
            assert set(drawn) <= offered


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_share_of_foreign_negatives(share: float) -> None:
    collection = judged(8, 4, LANGUAGES)
    options = {"negatives": 4, "foreign_negatives": share}
    plan = Plan([collection], strategy_named("hybrid"), batch_size=4, seed=0, **options)
    languages = np.array(collection.passages["language"].to_pylist())
    foreign = 0
    for step in range(100):
        batch = plan.batch(step)
        assert (batch.negatives >= 0).all()
        foreign += int((languages[batch.negatives] != languages[batch.passages][:, None]).sum())
        assert all(len(set(row)) == 4 for row in batch.negatives.tolist())
    assert abs(foreign - 1600 * share) <= 4.5 * np.sqrt(1600 * share * (1 - share))


def test_a_place_for_a_foreign_negative_stays_empty_where_there_is_none() -> None:
    """Two places, one negative in each language: an empty place wanted the language that the other place has used."""
    collection = judged(8, 1, ["de", "en"])
    options = {"negatives": 2, "foreign_negatives": 0.5}
    plan = Plan([collection], strategy_named("mixed"), batch_size=8, seed=0, **options)
    languages = np.array(collection.passages["language"].to_pylist())
    both = 0
    for step in range(50):
        batch = plan.batch(step)
        assert (batch.negatives[:, 0] >= 0).all()
        full = batch.negatives[batch.negatives[:, 1] >= 0]
        assert (languages[full[:, 0]] != languages[full[:, 1]]).all()
        both += len(full)
    assert abs(both - 200) <= 4.5 * np.sqrt(100)


def test_without_a_share_the_negatives_are_those_of_a_plan_that_knows_no_foreign_ones() -> None:
    """Queries and passages are drawn before: the share of foreign negatives changes no other row."""
    collection = judged(8, 3, ["de", "en"])
    batches = [
        Plan([collection], strategy_named("hybrid"), batch_size=4, seed=3, negatives=2, **options).batch(5)
        for options in ({}, {"foreign_negatives": 0.0}, {"foreign_negatives": 1.0})
    ]
    assert np.array_equal(batches[0].negatives, batches[1].negatives)
    assert not np.isin(batches[2].negatives, batches[0].negatives).all()
    assert all(np.array_equal(batch.passages, batches[0].passages) for batch in batches)
