"""Measures against trec_eval and ir_measures on random rankings of limited depth, and means over groups."""

from dataclasses import dataclass

import ir_measures
import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.errors import IsoglotError
from isoglot.evaluation.measures import macro_mean, parse
from isoglot.evaluation.settings import NOT_RETRIEVED, GoldRanks

TREC_NAMES = {
    "AP": "map", "AP@3": "map_cut_3", "AP@20": "map_cut_20", "RR": "recip_rank", "R@1": "recall_1", "R@10": "recall_10",
    "R@100": "recall_100", "nDCG": "ndcg", "nDCG@10": "ndcg_cut_10", "nDCG@3": "ndcg_cut_3", "P@1": "P_1",
    "P@10": "P_10", "P@1000": "P_1000", "Success@1": "success_1", "Success@10": "success_10", "Rprec": "Rprec",
}  # fmt: skip
IR_NAMES = [
    *TREC_NAMES, "RR@10", "RR@1", "AP(rel=2)", "AP(rel=3)@5", "RR(rel=2)", "RR(rel=4)@10", "R(rel=2)@10", "P(rel=3)@5",
    "Success(rel=2)@10", "Rprec(rel=2)", "Rprec(rel=4)",
]  # fmt: skip
Judgments = dict[str, dict[str, int]]


@dataclass
class Ranking:
    """The relevances of a query's passages by rank (0 where not relevant) and of those not retrieved."""

    retrieved: list[int]
    missed: list[int]


@st.composite
def rankings(draw: st.DrawFn) -> list[Ranking]:
    """Every query has a relevant passage; some retrieve none of theirs, or nothing at all."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    share, highest = draw(st.floats(0, 1)), draw(st.integers(1, 5))
    found = []
    for _ in range(draw(st.integers(1, 8))):
        relevance = rng.integers(1, highest + 1, rng.integers(0, 300) * rng.integers(0, 2))
        retrieved = np.where(rng.random(len(relevance)) < share * rng.random(), relevance, 0)
        missed = rng.integers(1, highest + 1, rng.integers(0 if retrieved.any() else 1, 4))
        found.append(Ranking(retrieved.tolist(), missed.tolist()))
    return found


def gold_ranks(queries: list[Ranking]) -> GoldRanks:
    rows = [
        (7 * query, rank, value)
        for query, ranking in enumerate(queries)
        for rank, value in [*enumerate(ranking.retrieved, 1), *((NOT_RETRIEVED, value) for value in ranking.missed)]
        if value
    ]
    return GoldRanks(*np.array(rows).T)


def qrels_and_run(queries: list[Ranking]) -> tuple[Judgments, dict[str, dict[str, float]]]:
    qrels = {
        str(query): {str(row): value for row, value in enumerate(ranking.retrieved + ranking.missed)}
        for query, ranking in enumerate(queries)
    }
    run = {
        str(query): {str(row): -float(row) for row in range(len(ranking.retrieved))}
        for query, ranking in enumerate(queries)
        if ranking.retrieved
    }
    return qrels, run


@settings(deadline=None, max_examples=60)
@given(rankings())
def test_measures_equal_trec_eval(queries: list[Ranking]) -> None:
    qrels, run = qrels_and_run(queries)
    result = pytrec_eval.RelevanceEvaluator(qrels, set(TREC_NAMES.values())).evaluate(run)
    for name, trec_name in TREC_NAMES.items():
        expected = [result[query][trec_name] if query in result else 0.0 for query in qrels]
        found = parse(name)(gold_ranks(queries))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9, err_msg=name)


@settings(deadline=None, max_examples=40)
@given(rankings())
def test_measures_equal_ir_measures(queries: list[Ranking]) -> None:
    qrels, run = qrels_and_run(queries)
    metrics = ir_measures.iter_calc([ir_measures.parse_measure(name) for name in IR_NAMES], qrels, run)
    expected = {(metric.query_id, str(metric.measure)): metric.value for metric in metrics}
    for name in IR_NAMES:
        found = parse(name)(gold_ranks(queries))
        values = [expected[query, name] for query in qrels]
        np.testing.assert_allclose(found, values, rtol=0, atol=1e-9, err_msg=name)


def test_measures_of_a_hand_worked_query() -> None:
    ranks = GoldRanks(np.array([3, 3, 3]), np.array([2, 4, NOT_RETRIEVED]), np.array([1, 3, 2]))
    dcg, ideal = 1 / np.log2(3) + 3 / np.log2(5), 3 + 2 / np.log2(3) + 1 / 2
    expected = {
        "AP": (1 / 2 + 2 / 4) / 3,
        "AP(rel=2)": (1 / 4) / 2,
        "AP(rel=4)": 0,
        "RR": 1 / 2,
        "RR(rel=3)": 1 / 4,
        "RR@1": 0,
        "R@2": 1 / 3,
        "P@3": 1 / 3,
        "P(rel=2)@5": 1 / 5,
        "Success@1": 0,
        "Rprec": 1 / 3,
        "nDCG@4": dcg / ideal,
        "nDCG": dcg / ideal,
        "RBP(rel=1)": 0.2 * (0.8 + 0.8**3),
        "RBP(rel=2,p=0.5)": 0.5**4,
    }
    assert {name: parse(name)(ranks).tolist() for name in expected} == {
        name: [pytest.approx(value)] for name, value in expected.items()
    }


def test_what_was_not_retrieved_adds_exactly_nothing() -> None:
    nowhere = GoldRanks(np.array([0, 0, 1]), np.full(3, NOT_RETRIEVED), np.array([1, 2, 10**6]))
    for name in [*IR_NAMES, "RBP(rel=1,p=0.9999)", "R@999999999"]:
        assert parse(name)(nowhere).tolist() == [0.0, 0.0], name


def test_no_queries_give_no_values() -> None:
    nothing = GoldRanks(*np.zeros((3, 0), int))
    assert all(parse(name)(nothing).tolist() == [] for name in [*IR_NAMES, "RBP(rel=1)"])


def test_every_group_weighs_the_same_in_the_mean() -> None:
    assert macro_mean([1, 1, 1, 0], np.array([5, 5, 5, 2])) == 0.5
    assert macro_mean(np.array([0.2, 0.4, 0.9]), ["en", "de", "en"]) == pytest.approx((0.55 + 0.4) / 2)


def test_the_mean_of_nothing_is_refused() -> None:
    with pytest.raises(IsoglotError, match="no query"):
        macro_mean([], [])
