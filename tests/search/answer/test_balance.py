"""Balances between languages, by hand and by their promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answer.toys import unit
from isoglot.search.balance import as_scored, balanced, calibrated, language_shares, learn
from isoglot.search.balance.calibrated import language_levels


def test_equal_scores_are_ordered_by_their_hash() -> None:
    assert as_scored(np.array([0.5, 0.5, 0.7, 0.5]), np.array([3, 1, 9, 2], np.uint32)).tolist() == [2, 1, 3, 0]


def test_balanced_by_hand() -> None:
    # Shares 1/2, 1/4, 1/4 and the first language has all the best scores. Of 1 hit each language may have one, so the
    # best comes first. Of 2 the first language must have one, and another one would be its second of at most 1.
    language = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    assert balanced(language, np.arange(len(language)), np.array([50, 25, 25]), 8).tolist() == [0, 4, 1, 6, 2, 5, 3, 7]


def test_balanced_lets_a_large_language_begin_where_a_small_one_has_better_scores() -> None:
    # The small language may have its one hit of ten at once, and no other.
    language = np.array([1, 1, *[0] * 20])
    hits = language[balanced(language, np.arange(len(language)), np.array([90, 10]), 10)]
    assert hits.tolist() == [1, *[0] * 9]


def test_a_language_that_runs_out_leaves_its_places_to_others() -> None:
    assert balanced(np.array([0, 1, 1, 1, 1]), np.arange(5), np.array([50, 50]), 5).tolist() == [0, 1, 2, 3, 4]
    assert balanced(np.array([1, 1, 1]), np.arange(3), np.array([80, 20]), 2).tolist() == [0, 1]
    assert balanced(np.array([], int), np.array([], int), np.array([3, 4]), 5).tolist() == []
    assert balanced(np.array([], int), np.array([], int), np.array([], int), 5).tolist() == []


def test_a_document_in_two_languages_answers_in_the_one_whose_place_it_takes() -> None:
    # Documents 0 to 3 say the same in both languages, 4 and 5 answer nothing. By their best passages of all, in the
    # first language, 0 to 3 would leave the places of the second one to 4 and 5.
    language = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    documents = np.array([0, 1, 2, 3, 3, 2, 1, 0, 4, 5])
    assert balanced(language, documents, np.array([50, 50]), 4).tolist() == [0, 4, 1, 5]
    assert sorted(documents[balanced(language, documents, np.array([50, 50]), 9)].tolist()) == [0, 1, 2, 3, 4, 5]


@settings(max_examples=150, deadline=None)
@given(passages=st.lists(st.integers(0, 60), min_size=1, max_size=8), k=st.integers(1, 40), seed=st.integers(0, 99))
def test_every_first_part_of_balanced_hits_has_its_shares(passages: list[int], k: int, seed: int) -> None:
    language = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(passages)), passages))
    hits = balanced(language, np.arange(len(language)), np.array(passages), k)
    assert len(hits) == min(k, len(language))
    assert len(set(hits.tolist())) == len(hits)
    for code in range(len(passages)):
        assert (np.diff(hits[language[hits] == code]) > 0).all()  # the best of a language first
    for n in range(1, len(hits) + 1):
        for code, count in enumerate(passages):
            exact = n * count / sum(passages)
            assert np.floor(exact + 1e-9) <= (language[hits[:n]] == code).sum() <= np.ceil(exact - 1e-9)


def test_levels_by_hand() -> None:
    # A twentieth of 40 cosines is 2: (.8 + .6) / 2; the second language has too few and is taken for the first.
    cosines = np.array([0.6, 0.8, *[0.1] * 38, 0.9], np.float32)
    np.testing.assert_allclose(language_levels(cosines, [40, 1], fewest=40), [0.7, 0.7], atol=1e-6)
    assert language_levels(cosines, [40, 1], fewest=100).tolist() == [0, 0]


def test_calibration_takes_away_what_a_language_has_of_a_question_anyhow() -> None:
    random = np.random.default_rng(0)
    towards = unit([1.0, *[0.0] * 15])
    near, far = unit(random.standard_normal((300, 16)) + 3 * towards), unit(random.standard_normal((300, 16)))
    near_level, far_level = learn([near, far]).levels(towards)
    expected = [np.sort(each @ towards)[-15:].mean() for each in (near, far)]  # a twentieth of 300
    np.testing.assert_allclose([near_level, far_level], expected, atol=1e-6)
    scores = calibrated(np.array([0.7, 0.7], np.float32), np.array([0, 1]), np.array([near_level, far_level]))
    assert scores[1] - scores[0] == pytest.approx(near_level - far_level, abs=1e-6)


def test_shares_of_hits_and_pool() -> None:
    shares = language_shares(["th", "th", "de"], {"de": 30, "en": 60, "th": 10, "fr": 0})
    assert [(each.language, each.hits, each.passages) for each in shares] == [
        ("en", 0, 60),
        ("de", 1, 30),
        ("th", 2, 10),
    ]
    assert [each.hit_share for each in shares] == [0, pytest.approx(1 / 3), pytest.approx(2 / 3)]
    assert [each.pool_share for each in shares] == [0.6, 0.3, 0.1]
    assert language_shares([], {}) == ()
