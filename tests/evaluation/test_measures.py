"""Measures against trec_eval on random runs, and their names."""

import pickle

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from isoglot.errors import IsoglotError, RequestError
from isoglot.evaluation.measures import DEFAULT_MEASURES, macro_mean, parse
from isoglot.evaluation.settings import GoldRanks

TREC_NAMES = {
    "AP": "map", "RR": "recip_rank", "R@1": "recall_1", "R@10": "recall_10", "R@100": "recall_100",
    "nDCG@10": "ndcg_cut_10", "nDCG@3": "ndcg_cut_3", "P@1": "P_1", "P@10": "P_10", "P@1000": "P_1000",
    "Success@1": "success_1", "Success@10": "success_10",
}  # fmt: skip


@st.composite
def rankings(draw: st.DrawFn) -> list[NDArray]:
    """Relevances by rank of each query, 0 where not relevant; every query has a relevant passage."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    share, highest = draw(st.floats(0, 1)), draw(st.integers(1, 5))
    runs = []
    for _ in range(draw(st.integers(1, 8))):
        relevance = rng.integers(1, highest + 1, rng.integers(1, 300))
        kept = rng.random(len(relevance)) < share * rng.random()
        kept[rng.integers(len(relevance))] = True
        runs.append(np.where(kept, relevance, 0))
    return runs


def gold_ranks(runs: list[NDArray]) -> GoldRanks:
    rows = [(7 * query, rank, value) for query, run in enumerate(runs) for rank, value in enumerate(run, 1) if value]
    return GoldRanks(*np.array(rows).T)


def trec_eval(runs: list[NDArray]) -> list[dict[str, float]]:
    qrels = {str(query): {str(row): int(value) for row, value in enumerate(run)} for query, run in enumerate(runs)}
    scores = {str(query): {str(row): -float(row) for row in range(len(run))} for query, run in enumerate(runs)}
    result = pytrec_eval.RelevanceEvaluator(qrels, set(TREC_NAMES.values())).evaluate(scores)
    return [result[str(query)] for query in range(len(runs))]


@settings(deadline=None, max_examples=60)
@given(rankings())
def test_measures_equal_trec_eval(runs: list[NDArray]) -> None:
    expected = trec_eval(runs)
    for name, trec_name in TREC_NAMES.items():
        found = parse(name)(gold_ranks(runs))
        np.testing.assert_allclose(found, [row[trec_name] for row in expected], rtol=0, atol=1e-9, err_msg=name)


def test_measures_of_a_hand_worked_query() -> None:
    ranks = GoldRanks(np.array([3, 3]), np.array([2, 4]), np.array([1, 3]))
    dcg, ideal = 1 / np.log2(3) + 3 / np.log2(5), 3 + 1 / np.log2(3)
    expected = {
        "AP": (1 / 2 + 2 / 4) / 2,
        "RR": 1 / 2,
        "R@2": 1 / 2,
        "P@3": 1 / 3,
        "Success@1": 0,
        "nDCG@4": dcg / ideal,
    }
    assert {name: parse(name)(ranks).tolist() for name in expected} == {
        name: [pytest.approx(value)] for name, value in expected.items()
    }


def test_no_queries_give_no_values() -> None:
    nothing = GoldRanks(*np.zeros((3, 0), int))
    assert all(parse(name)(nothing).tolist() == [] for name in TREC_NAMES)


def test_a_measure_is_its_name() -> None:
    for name in TREC_NAMES:
        measure = parse(name)
        assert str(measure) == repr(measure) == name
        assert {measure: 1}[parse(name)] == 1
        assert pickle.loads(pickle.dumps(measure)) == measure
    assert len({parse(name) for name in TREC_NAMES}) == len(TREC_NAMES)
    assert [str(measure) for measure in DEFAULT_MEASURES] == ["AP", "RR", "R@1", "R@10", "R@100", "nDCG@10"]


@pytest.mark.parametrize(
    "name", ["", "MAP", "ap", "AP@10", "R", "R@", "R@0", "R@-1", "R@1.5", "R@٣", "R@1 ", "nDCG@ten"]
)
def test_unknown_names_are_refused_with_those_that_exist(name: str) -> None:
    with pytest.raises(RequestError, match=r"AP, RR, R@k, nDCG@k, P@k, Success@k") as error:
        parse(name)
    assert repr(name) in str(error.value)


def test_every_group_weighs_the_same_in_the_mean() -> None:
    assert macro_mean([1, 1, 1, 0], np.array([5, 5, 5, 2])) == 0.5
    assert macro_mean(np.array([0.2, 0.4, 0.9]), ["en", "de", "en"]) == pytest.approx((0.55 + 0.4) / 2)


def test_the_mean_of_nothing_is_refused() -> None:
    with pytest.raises(IsoglotError, match="no query"):
        macro_mean([], [])
