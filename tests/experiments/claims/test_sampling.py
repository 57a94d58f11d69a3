"""Claims on sampling: batches drawn again, and their shares against tests of scipy and against other plans."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chi2

from isoglot.data import Collection
from isoglot.experiments.claims.claim import Sampling
from isoglot.experiments.claims.draws import CROSS, MIXED, Draws, kind_of
from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.claims.sampling import judge_batches, judge_collections, judge_sampling
from isoglot.experiments.claims.shares import equivalence_p, goodness_of_fit_p
from isoglot.experiments.grid.cells import cells_of
from isoglot.experiments.grid.folder import CellFolder
from isoglot.experiments.grid.spec import Spec
from isoglot.training.parts import plan_of

BATCHES, COLLECTIONS = (Sampling.model_validate({"kind": "sampling", "of": of}) for of in ("batches", "collections"))


@pytest.fixture(scope="module")
def draws(evidence: Evidence) -> Draws:
    assert evidence.draws is not None
    return evidence.draws


def made_up(draws: Draws, monolingual: int, number: int, first: int) -> Draws:
    kind = np.array([0] * monolingual + [CROSS] * (number - monolingual))
    return replace(draws, kind=kind, collection=np.array([0] * first + [1] * (number - first)))


def test_draws_are_the_batches_of_the_plans(draws: Draws, evidence: Evidence) -> None:
    cell = next(cell for cell in evidence.cells if cell.system == "hybrid" and cell.recipe.seed == 1)
    plan = plan_of(cell.recipe, draws.collections)
    assert len(draws.kind) == len(draws.collection) == 3 * 240
    for step in range(0, 240, 17):
        batch = plan.batch(step)
        part = draws.collections[batch.collection]
        asked = part.queries.take(batch.queries)["language"].to_pylist()
        given_in = part.passages.take(batch.passages)["language"].to_pylist()
        kind = draws.kind[240 + step]
        assert draws.collection[240 + step] == batch.collection
        if kind == CROSS:
            assert all(a != b for a, b in zip(asked, given_in, strict=True))
        else:
            assert {*asked, *given_in} == {draws.languages[kind]}


def test_expected_shares_are_those_of_the_topics(draws: Draws) -> None:
    # Every topic of both data sets has a pair in every language, so the shares are 60 and 20 of 80.
    assert draws.expected() == pytest.approx([0.75 * 720, 0.25 * 720])
    assert replace(draws, batch_size=21).expected() == pytest.approx([720, 0])


def test_a_topic_counts_only_where_it_can_stand(draws: Draws) -> None:
    """Of three topics, one has both sides in English, one in English and German, one only across the two."""
    spoken = [("en", "en"), ("en", "de"), ("en", "de")]
    given_in = [("en",), ("en", "de"), ("de",)]
    queries = [
        {"query_id": f"{topic}{code}", "topic_id": f"t{topic}", "language": code, "text": "?"}
        for topic, codes in enumerate(spoken)
        for code in dict.fromkeys(codes if topic != 2 else codes[:1])
    ]
    passages = [
        {"passage_id": f"{topic}{code}", "language": code, "text": f"{topic}{code}"}
        for topic, codes in enumerate(given_in)
        for code in codes
    ]
    qrels = [{"topic_id": f"t{row['passage_id'][0]}", "passage_id": row["passage_id"]} for row in passages]
    wrong = {"topic_id": "t0", "passage_id": "2de", "relevance": 0}
    odd = Collection.from_rows("odd", queries=queries, passages=passages, qrels=[*qrels, wrong])
    both = replace(draws, collections=[odd, draws.collections[1]], batch_size=1)
    sizes = {CROSS: 2, 0: 1, 1: 2}  # cross-lingual, German, English; the other collection has 20 topics of each
    for kind, size in sizes.items():
        expected = replace(both, kind=np.array([kind])).expected()
        assert expected == pytest.approx([size / (size + 20), 20 / (size + 20)])


def test_hybrid_trainings_support_both_claims(evidence: Evidence) -> None:
    for test in (BATCHES, COLLECTIONS):
        found = judge_sampling(test, evidence)
        assert found.verdict == "supported", found.explanation
        assert found.confidence is not None
        assert 0.95 <= found.confidence < 1
        assert found.numbers["batches"] == 720


def test_a_plan_that_ignores_size_refutes(evidence: Evidence, draws: Draws) -> None:
    cell = next(cell for cell in evidence.cells if cell.system == "hybrid")
    recipe = cell.recipe.model_copy(update={"gamma": 0.0})
    plan = plan_of(recipe, draws.collections)
    collection = np.array([plan.batch(step).collection for step in range(240)])
    found = judge_collections(replace(draws, kind=draws.kind[:240], collection=collection))
    assert found.verdict == "refuted"
    assert found.confidence == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("monolingual", "number", "verdict"),
    [(500, 1000, "supported"), (540, 1000, "not testable with this run"), (600, 1000, "refuted"),
     (5, 10, "not testable with this run"), (10, 10, "refuted"), (0, 1000, "refuted")],
)  # fmt: skip
def test_share_of_monolingual_batches(monolingual: int, number: int, verdict: str, draws: Draws) -> None:
    found = judge_batches(made_up(draws, monolingual, number, 0))
    assert found.verdict == verdict
    assert found.numbers["share of monolingual"] == monolingual / number
    assert (found.confidence is None) == (verdict == "not testable with this run")


def test_a_batch_that_mixes_languages_refutes(draws: Draws) -> None:
    kind = draws.kind.copy()
    kind[3] = MIXED
    found = judge_batches(replace(draws, kind=kind))
    assert (found.verdict, found.confidence) == ("refuted", None)
    assert "1 of 720 batches are neither" in found.explanation


@pytest.mark.parametrize(
    ("asked", "given_in", "kind"),
    [([1, 1], [1, 1], 1), ([0, 1], [1, 0], CROSS), ([0, 1], [0, 1], MIXED), ([0, 1], [1, 1], MIXED)],
)
def test_the_kind_of_a_batch(asked: list[int], given_in: list[int], kind: int) -> None:
    assert kind_of(np.array(asked), np.array(given_in)) == kind


def test_one_data_set_shows_nothing_about_size(draws: Draws) -> None:
    found = judge_collections(replace(draws, collections=draws.collections[:1], collection=np.zeros(720, np.int64)))
    assert found.verdict == "not testable with this run"
    assert "one data set" in found.explanation


def test_changed_data_is_not_judged(experiment: tuple[Spec, Path], evidence: Evidence) -> None:
    spec, folder = experiment
    cell = next(cell for cell in cells_of(spec) if cell.system == "hybrid")
    path = CellFolder.of_cell(folder, cell).path / "model" / "training.json"
    before = path.read_text()
    record = json.loads(before)
    record["collections"][0]["content_hash"] = "0" * 64
    path.write_text(json.dumps(record))
    try:
        found = judge_sampling(BATCHES, replace(evidence))
    finally:
        path.write_text(before)
    assert found.verdict == "not testable with this run"
    assert "changed since" in found.explanation


def test_a_run_without_hybrid_trainings_is_not_judged(evidence: Evidence) -> None:
    others = [cell for cell in evidence.cells if cell.system != "hybrid"]
    found = judge_sampling(BATCHES, replace(evidence, cells=others))
    assert found.verdict == "not testable with this run"


def test_a_moving_alpha_or_late_data_is_not_judged(evidence: Evidence, tmp_path: Path) -> None:
    steady = next(cell for cell in evidence.cells if cell.system == "hybrid")
    for change, number in (({}, 1), ({"alpha_end": 1.0}, 0), ({"curriculum": [0.0, 0.5]}, 0)):
        cell = replace(steady, recipe=steady.recipe.model_copy(update=change))
        record = CellFolder.of_cell(tmp_path, cell).path / "model" / "training.json"
        record.parent.mkdir(parents=True)
        record.write_text("{}")
        assert len(replace(evidence, out=tmp_path, cells=[cell]).hybrid_trainings) == number


@given(st.integers(1, 400), st.floats(0, 1), st.data())
def test_equivalence_is_two_binomial_tails(number: int, share: float, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, number))
    below = binom.cdf(count, number, share + 0.05) if share + 0.05 < 1 else 0.0
    above = binom.sf(count - 1, number, share - 0.05) if share - 0.05 > 0 else 0.0
    assert equivalence_p(count, number, share) == pytest.approx(max(below, above), abs=1e-9)


def test_goodness_of_fit_is_the_chi_square_test() -> None:
    statistic = (30 - 25) ** 2 / 25 + (45 - 50) ** 2 / 50 + (25 - 25) ** 2 / 25
    assert goodness_of_fit_p([30, 45, 25], [25, 50, 25]) == pytest.approx(chi2.sf(statistic, 2))
    assert goodness_of_fit_p([10, 2, 1], [9, 2, 2]) == pytest.approx(chi2.sf(1 / 9 + 1 / 4, 1))
    assert goodness_of_fit_p([10], [10]) is None
    assert goodness_of_fit_p([9, 1], [10, 0]) == 0.0
    assert goodness_of_fit_p([10, 0], [10, 0]) is None
