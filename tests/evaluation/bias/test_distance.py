"""Rank distance and worst rank on hand-worked rankings."""

import numpy as np
import pytest

from isoglot.evaluation.bias import rank_distance, worst_rank
from isoglot.evaluation.measures import macro_mean
from isoglot.evaluation.settings import GoldRanks


def test_rank_distance_is_worst_rank_minus_best() -> None:
    query = np.array([0, 0, 0, 1, 5, 5])
    ranks = GoldRanks(query, np.array([2, 3, 11, 4, 1, 2]), np.ones(6, int))
    assert rank_distance(ranks).tolist() == pytest.approx([9, np.nan, 1], nan_ok=True)


def test_rank_distance_is_averaged_within_languages_first() -> None:
    ranks = GoldRanks(np.array([0, 0, 1, 1, 2, 2]), np.array([1, 5, 1, 7, 1, 2]), np.ones(6, int))
    language = np.array(["en", "en", "sw"])
    distance = macro_mean(rank_distance(ranks), language[ranks.queries])
    assert distance == pytest.approx(((4 + 6) / 2 + 1) / 2)


def test_worst_rank_is_that_of_the_last_relevant_passage_even_of_a_single_one() -> None:
    ranks = GoldRanks(np.array([0, 0, 0, 1, 5, 5]), np.array([2, 3, 11, 4, 1, 2]), np.ones(6, int))
    assert worst_rank(ranks).tolist() == [11, 4, 2]


def test_no_queries_have_no_distance_and_no_worst_rank() -> None:
    none = GoldRanks(*np.zeros((3, 0), int))
    assert rank_distance(none).tolist() == []
    assert worst_rank(none).tolist() == []
