"""Measures of TREC runs against trec_eval and ir_measures: ties, runs of limited depth, queries without hits."""

from collections.abc import Sequence

import ir_measures
import numpy as np
import pyarrow as pa
import pytest
import pytrec_eval
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from isoglot.errors import RequestError
from isoglot.evaluation.measures import parse
from isoglot.evaluation.settings import NOT_RETRIEVED
from isoglot.evaluation.trec import gold_ranks_of_run, remarks, write_run

NAMES = ["AP", "AP@5", "AP(rel=2)", "RR", "RR(rel=3)", "nDCG", "nDCG@10", "R@3", "R(rel=2)@10", "P@5", "P(rel=2)@2",
         "Success@1", "Rprec", "Rprec(rel=2)"]  # fmt: skip
IDS = [f"{letter}{number}" for letter in "pPéя" for number in (1, 2, 10, 20)]
# Many ties, some of them in single precision only, and zeros of both signs.
SCORES = st.sampled_from([0.0, -0.0, 1.5, 1.5 + 1e-12, 16777216.0, 16777217.0, -3.0, 1e-300, 2.0, 1e30, float("inf")])
Qrels = dict[str, dict[str, int]]
Run = dict[str, dict[str, float]]


def table(rows: Qrels | Run, value: str) -> pa.Table:
    flat = [(query, passage, each) for query, values in rows.items() for passage, each in values.items()]
    columns = list(zip(*flat, strict=True)) or [(), (), ()]
    types = [pa.string(), pa.string(), pa.int64() if value == "relevance" else pa.float64()]
    names = ["query_id", "passage_id", value]
    return pa.table({name: pa.array(column, kind) for name, column, kind in zip(names, columns, types, strict=True)})


QUERIES = st.sampled_from(["q1", "q2", "q3", "q4", "q10"])
RUNS = st.dictionaries(QUERIES, st.dictionaries(st.sampled_from(IDS), SCORES, min_size=1), min_size=1)
QRELS = st.dictionaries(QUERIES, st.dictionaries(st.sampled_from(IDS), st.integers(0, 4), min_size=1), min_size=1)


@settings(deadline=None, max_examples=60)
@given(RUNS, QRELS)
def test_any_run_is_measured_as_ir_measures_does(run: Run, qrels: Qrels) -> None:
    answerable = {query for query, judged in qrels.items() if any(judged.values())}
    assume(answerable & set(run))
    metrics = ir_measures.iter_calc([ir_measures.parse_measure(name) for name in NAMES], qrels, run)
    expected = {(metric.query_id, str(metric.measure)): metric.value for metric in metrics}
    query_ids, ranks = gold_ranks_of_run(table(run, "score"), table(qrels, "relevance"))
    assert set(query_ids) == answerable
    for name in NAMES:
        values = [expected[query, name] for query in query_ids]
        np.testing.assert_allclose(parse(name)(ranks), values, rtol=0, atol=1e-9, err_msg=name)


def test_gold_ranks_of_a_hand_worked_run() -> None:
    run = {"q2": {"a": 1.0, "b": 1.0, "c": 3.0, "B": 1.0}, "other": {"a": 9.0}, "q1": {"z": 0.5}}
    qrels = {"q1": {"x": 1, "y": 2}, "q2": {"a": 1, "B": 2, "d": 3, "c": 0, "b": -1}, "q3": {"a": 1}, "q4": {"a": 0}}
    query_ids, ranks = gold_ranks_of_run(table(run, "score"), table(qrels, "relevance"))
    assert query_ids == ["q1", "q2", "q3"]
    assert list(zip(ranks.query.tolist(), ranks.rank.tolist(), ranks.relevance.tolist(), strict=True)) == [
        (0, NOT_RETRIEVED, 2), (0, NOT_RETRIEVED, 1), (1, 3, 1), (1, 4, 2), (1, NOT_RETRIEVED, 3),
        (2, NOT_RETRIEVED, 1),
    ]  # fmt: skip
    assert remarks(table(run, "score"), table(qrels, "relevance")) == [
        "Queries of the run without judgments, left out: 1.",
        "Judged queries without a relevant passage, left out: 1.",
        "Judged queries that are not in the run, counted as 0: 1.",
    ]
    assert remarks(table({"q1": {"z": 0.5}}, "score"), table({"q1": {"x": 1}}, "relevance")) == []


def test_the_order_of_lines_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    run = {f"q{query}": {f"p{row}": float(rng.integers(4)) for row in range(20)} for query in range(9)}
    qrels = {f"q{query}": {f"p{row}": int(rng.integers(3)) for row in range(25)} for query in range(9)}
    run_table, qrels_table = table(run, "score"), table(qrels, "relevance")
    query_ids, ranks = gold_ranks_of_run(run_table, qrels_table)
    _, shuffled = gold_ranks_of_run(run_table.take(rng.permutation(len(run_table))), qrels_table)
    assert len(query_ids) == 9
    for name in ("query", "rank", "relevance"):
        assert getattr(ranks, name).tolist() == getattr(shuffled, name).tolist()


def test_qrels_of_other_queries_or_without_a_relevant_passage_are_refused() -> None:
    run = table({"topic-1": {"p": 1.0}}, "score")
    with pytest.raises(RequestError, match=r"'topic-1' in the run, '1' in the qrels"):
        gold_ranks_of_run(run, table({"1": {"p": 1}}, "relevance"))
    with pytest.raises(RequestError, match="no relevant passage"):
        gold_ranks_of_run(run, table({"topic-1": {"p": 0}}, "relevance"))


@st.composite
def top_lists(draw: st.DrawFn) -> tuple[NDArray, NDArray]:
    """Rows of the best of 16 passages, shorter in some rows, with scores that tie or nearly do."""
    queries, depth = draw(st.integers(1, 4)), draw(st.integers(1, 16))
    top = np.array([draw(st.permutations(range(16)))[:depth] for _ in range(queries)])
    for row in top:
        row[draw(st.integers(1, depth)) :] = -1
    step = draw(st.sampled_from([0.0, 1e-12, 1e-8, 0.1]))
    level = draw(st.sampled_from([0.0, 0.7, -0.7, 1e-45, 1e6]))
    scores = level - step * np.sort(draw(st.lists(st.integers(0, 3), min_size=depth, max_size=depth)))
    return top, np.where(top < 0, np.nan, scores)


def orders_of(top: NDArray, query_ids: Sequence[str]) -> Run:
    return {
        query: {IDS[passage]: -float(place) for place, passage in enumerate(row) if passage >= 0}
        for query, row in zip(query_ids, top, strict=True)
    }


@settings(deadline=None, max_examples=60)
@given(top_lists(), st.data())
def test_every_reader_puts_a_written_run_in_our_order(
    tmp_path_factory: pytest.TempPathFactory, lists: tuple[NDArray, NDArray], data: st.DataObject
) -> None:
    top, scores = lists
    query_ids = ["q1", "q2", "q3", "q4"][: len(top)]
    path = tmp_path_factory.mktemp("run") / "run.txt"
    write_run(path, query_ids, IDS, top, scores, "ours")
    intended = orders_of(top, query_ids)
    read: Run = {query: {} for query in query_ids}
    for line in ir_measures.read_trec_run(str(path)):
        read[line.query_id][line.doc_id] = line.score
    assert {query: sorted(found, key=lambda passage: -found[passage]) for query, found in read.items()} == {
        query: list(found) for query, found in intended.items()
    }
    for gold in data.draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=3)):
        evaluator = pytrec_eval.RelevanceEvaluator({query: {gold: 1} for query in query_ids}, {"recip_rank"})
        assert evaluator.evaluate(read) == evaluator.evaluate(intended)
