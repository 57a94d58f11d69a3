"""Versions: what says the same as an example's passage, or answers the same topic, in the other languages."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_collections import LANGUAGES, Facts, assemble, collections, group_of, parallel

from isoglot.batches import STRATEGIES, Plan, strategy_named
from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.training.parts import plan_of
from isoglot.training.recipe import Recipe


@settings(max_examples=50, deadline=None)
@given(collections(), st.sampled_from(STRATEGIES), st.integers(0, 9), st.integers(1, 3))
def test_versions_answer_the_topic_in_different_other_languages(
    collection: Collection, name: str, seed: int, count: int
) -> None:
    facts = Facts(collection)
    groups = {row["passage_id"]: group_of(row) for row in facts.passages}
    plan = Plan([collection], strategy_named(name), batch_size=2, seed=seed, versions=count)
    for step in range(4):
        try:
            batch = plan.batch(step)
        except RequestError:
            return
        for example, topic in enumerate(collection.topics[topic] for topic in batch.topics):
            own = facts.passages[batch.passages[example]]
            offered = {
                row["passage_id"]: row["language"] for row in facts.passages if row["language"] != own["language"]
                and (row["passage_id"] in facts.relevant[topic] or groups[row["passage_id"]] == group_of(own))
            }  # fmt: skip
            drawn = [facts.passages[row] for row in batch.versions[example] if row != -1]
            assert {row["passage_id"] for row in drawn} <= set(offered)
            languages = [row["language"] for row in drawn]
            assert len(set(languages)) == len(languages)
            assert len(languages) == min(batch.versions.shape[1], len(set(offered.values())))
            for row in drawn:
                translations = {p for p in offered if groups[p] == group_of(own) and offered[p] == row["language"]}
                assert not translations or row["passage_id"] in translations


def test_every_language_version_of_every_passage_is_a_positive() -> None:
    collection = parallel("c", 6)
    batch = Plan([collection], strategy_named("monolingual"), batch_size=3, seed=0, versions=3).batch(0)
    ids = np.array(collection.passages["passage_id"].to_pylist())
    candidates = ids[np.concatenate([batch.passages, batch.versions.ravel()])]
    for example, topic in enumerate(batch.topics.tolist()):
        number = collection.topics[topic].removeprefix("t")
        assert sorted(candidates[batch.positive[example]]) == [f"p{number}{language}" for language in LANGUAGES]
    assert not batch.excluded.any()


def test_each_of_more_languages_than_asked_for_is_drawn_alike() -> None:
    collection = parallel("c", 10)
    plan = Plan([collection], strategy_named("mixed"), batch_size=10, seed=0, versions=1)
    languages = np.array(collection.passages["language"].to_pylist())
    drawn = np.concatenate([languages[plan.batch(step).versions.ravel()] for step in range(80)])
    for language in LANGUAGES:
        assert abs((drawn == language).sum() - 200) <= 4.5 * np.sqrt(800 * 0.25 * 0.75)


def test_a_passage_without_versions_has_none_and_is_positive_alone() -> None:
    rows = [(f"t{n}", c) for n, c in enumerate(["de", "en", "en", "fr"])]
    collection = assemble("c", rows, [(t, None, c) for t, c in rows], [(t, t, 1) for t, _ in rows])
    batch = Plan([collection], strategy_named("mixed"), batch_size=4, seed=0, versions=2).batch(0)
    assert (batch.versions == -1).all()
    assert np.array_equal(batch.positive, np.eye(4, 12, dtype=bool))
    assert np.array_equal(batch.excluded, np.arange(12) >= np.full((4, 1), 4))


@pytest.mark.parametrize("asked", [3, 4, 100])
def test_no_more_versions_than_other_languages(asked: int) -> None:
    batch = Plan([parallel("c", 5)], strategy_named("mixed"), batch_size=2, seed=0, versions=asked).batch(0)
    assert batch.versions.shape == (2, 3)


def test_versions_change_no_other_row() -> None:
    plain, grouped = (
        Plan([parallel("c", 9)], strategy_named("hybrid"), batch_size=3, seed=1, versions=count).batch(4)
        for count in (0, 2)
    )
    for name in ("topics", "queries", "passages", "negatives"):
        assert np.array_equal(getattr(plain, name), getattr(grouped, name))
    assert plain.versions.shape == (3, 0)
    assert np.array_equal(plain.positive, np.eye(3, dtype=bool))


def test_every_relevant_passage_of_a_language_gets_its_turn() -> None:
    """Without parallel groups, and with two German answers to each English question."""
    rows = [(f"t{n}", "en") for n in range(4)]
    passages = [(f"{t}{name}", None, name[:2]) for t, _ in rows for name in ("en", "de1", "de2")]
    qrels = [(t, f"{t}{name}", 1) for t, _ in rows for name in ("en", "de1", "de2")]
    collection = assemble("c", rows, passages, qrels)
    plan = Plan([collection], strategy_named("mixed"), batch_size=4, seed=0, versions=1)
    drawn = {row for step in range(20) for row in plan.batch(step).versions.ravel().tolist()}
    assert drawn == {row for row, (_, _, language) in enumerate(passages) if language == "de"}


def test_versions_are_the_last_candidates() -> None:
    """A relevant passage judged 0 by mistake is excluded as a negative, and positive as a version."""
    rows = [(f"t{n}", "de") for n in range(3)]
    passages = [(f"{t}{c}", t, c) for t, _ in rows for c in ("de", "en")] + [("de0", "t0", "de")]
    collection = assemble("c", rows, passages, [(t, f"{t}de", 1) for t, _ in rows] + [("t0", "de0", 0)])
    options = {"negatives": 1, "versions": 1}
    batch = Plan([collection], strategy_named("mixed"), batch_size=3, seed=0, **options).batch(0)
    zero = batch.topics.tolist().index(0)
    assert batch.negatives[zero].tolist() == [6]
    assert batch.excluded[zero, 3 + zero]
    assert batch.positive[zero, 6 + zero]
    assert not batch.excluded[:, 6:].any()


def test_a_recipe_with_multi_positives_holds_every_version() -> None:
    languages = ["ar", "bg", "cs", "da", "de", "el", "en", "es", "fi", "fr", "hi", "hu", "it", "ja"]
    collection = parallel("c", 9, languages)
    recipe = Recipe(model="isoglot/static", train=["c"], strategy="cross-lingual", batch_size=4, multi_positives=True)
    batch = plan_of(recipe, [collection]).batch(0)
    of_passage = np.array(collection.passages["language"].to_pylist())
    for own, versions in zip(batch.passages, batch.versions, strict=True):
        assert sorted([of_passage[own], *of_passage[versions]]) == languages
