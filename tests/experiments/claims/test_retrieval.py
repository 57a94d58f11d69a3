"""What is near to a claim, and how sure that makes it: against full sorting, formulas and figures by hand."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from isoglot.data import Collection
from isoglot.data.collection import EXCLUSIONS
from isoglot.errors import RequestError
from isoglot.evaluation.encoded import EncodedCollection
from isoglot.evaluation.ranks import Pool
from isoglot.experiments.claims.retrieval.background import Background
from isoglot.experiments.claims.retrieval.calibration import (
    Calibration,
    Labelled,
    Quality,
    calibrate,
    has_labels,
    label,
    quality_of,
)
from isoglot.experiments.claims.retrieval.claims_file import read_claim_lines
from isoglot.experiments.claims.retrieval.nearest import nearest
from isoglot.experiments.claims.retrieval.page import beginning, verify_page
from isoglot.experiments.claims.retrieval.platt import Curve, best_f1_threshold, fit_curve


def unit(rng: np.random.Generator, *shape: int) -> np.ndarray:
    vectors = rng.normal(size=shape)
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def labelled_collection(topics: int, judged: int = 1) -> tuple[Collection, EncodedCollection]:
    """A query and two passages a topic, in turn English and German, one of them relevant; queries are noisy copies."""
    rng = np.random.default_rng(3)
    codes = ["en", "de"] * topics
    names = range(topics)
    collection = Collection.from_rows(
        "made-up",
        queries=[{"query_id": f"q{n}", "topic_id": f"t{n}", "language": codes[n], "text": f"claim {n}"} for n in names],
        passages=[{"passage_id": f"p{n}", "language": codes[n], "text": f"passage {n}"} for n in range(2 * topics)],
        qrels=[{"topic_id": f"t{n}", "passage_id": f"p{n}", "relevance": judged} for n in names],
    )
    passages = unit(rng, 2 * topics, 16)
    noise = np.where(np.arange(topics) % 3 == 0, 6.0, 0.5)[:, None]  # every third claim is far from its evidence
    queries = passages[:topics] + noise * unit(rng, topics, 16)
    queries = (queries / np.linalg.norm(queries, axis=1, keepdims=True)).astype(np.float32)
    return collection, EncodedCollection(queries, passages, None, {}, {})


def test_the_best_passages_are_those_of_a_full_sort() -> None:
    rng = np.random.default_rng(0)
    queries, passages = unit(rng, 7, 12), unit(rng, 90, 12)
    rows, scores = nearest(queries, Pool.of(passages, rng.integers(0, 3, 90)), 5)
    products = queries.astype(np.float64) @ passages.T.astype(np.float64)
    assert rows.tolist() == np.argsort(-products, axis=1)[:, :5].tolist()
    assert scores == pytest.approx(-np.sort(-products, axis=1)[:, :5], abs=1e-6)


def test_a_small_corpus_gives_what_it_has() -> None:
    rng = np.random.default_rng(0)
    rows, scores = nearest(unit(rng, 2, 4), Pool.of(unit(rng, 3, 4), np.zeros(3, np.int64)), 5)
    assert [sorted(row) for row in rows.tolist()] == [[-1, -1, 0, 1, 2]] * 2
    assert np.isnan(scores[:, 3:]).all()
    assert not np.isnan(scores[:, :3]).any()


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(2, 50))
def test_a_standard_score_is_that_of_all_scores(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    queries, passages = unit(rng, 3, 6), unit(rng, count, 6)
    scores = queries.astype(np.float64) @ passages.T.astype(np.float64)
    expected = (scores[:, 0] - scores.mean(axis=1)) / scores.std(axis=1)
    assert Background.of(passages).standard_scores(queries, scores[:, 0]) == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_one_passage_has_no_standard_score() -> None:
    vector = np.array([[0.6, 0.8]], np.float32)
    assert Background.of(vector).standard_scores(vector, np.array([1.0])).tolist() == [0.0]


def test_background_adds_up_over_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    passages = unit(np.random.default_rng(1), 50, 5)
    whole = Background.of(passages)
    monkeypatch.setattr("isoglot.experiments.claims.retrieval.background.ROWS", 7)
    assert Background.of(passages).covariance == pytest.approx(whole.covariance, abs=1e-12)


def test_platts_curve_has_the_least_loss_on_his_targets() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=300)
    labels = rng.random(300) < 1 / (1 + np.exp(-3 * (scores - 0.4)))
    curve = fit_curve(scores, labels)
    assert curve is not None
    assert (curve.slope, curve.midpoint) == (pytest.approx(3, rel=0.3), pytest.approx(0.4, abs=0.15))
    high, low = (labels.sum() + 1) / (labels.sum() + 2), 1 / ((~labels).sum() + 2)

    def loss(slope: float, midpoint: float) -> float:
        found, targets = Curve(slope, midpoint)(scores), np.where(labels, high, low)
        return -float((targets * np.log(found) + (1 - targets) * np.log(1 - found)).sum())

    least = loss(curve.slope, curve.midpoint)
    for slope, midpoint in ((1.02, 0.0), (0.98, 0.0), (1.0, 0.02), (1.0, -0.02)):
        assert loss(curve.slope * slope, curve.midpoint + midpoint) > least


@pytest.mark.parametrize(
    ("scores", "labels"),
    [([1, 2, 3], [0, 0, 0]), ([1, 2, 3], [1, 1, 1]), ([2, 2, 2], [0, 1, 0]), ([1, 2, 3, 4], [1, 1, 0, 0])],
)
def test_without_a_rising_curve_there_is_none(scores: list[float], labels: list[int]) -> None:
    assert fit_curve(np.array(scores, float), np.array(labels, bool)) is None


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=25))
def test_the_threshold_has_the_best_f1(pairs: list[tuple[int, bool]]) -> None:
    scores, labels = np.array([a for a, _ in pairs], float), np.array([b for _, b in pairs])
    if not labels.any():
        return

    def f1(threshold: float) -> float:
        found = scores >= threshold
        return 2 * (found & labels).sum() / (found.sum() + labels.sum())

    chosen = best_f1_threshold(scores, labels)
    best = max(f1(threshold) for threshold in scores)
    assert f1(chosen) == pytest.approx(best)
    assert all(f1(threshold) < best for threshold in scores if threshold > chosen)


def test_quality_by_hand() -> None:
    held_out = Labelled(
        np.arange(4),
        score=np.array([5.0, 4.0, 3.0, 1.0]),
        relevant=np.array([True, False, True, True]),
        score_without=np.array([3.5, 4.0, 1.0, 1.0]),
    )
    # At 3: found 3 of 4 as they are, 2 of them right; 2 of 4 without evidence; 2 of 3 relevant ones.
    assert quality_of(held_out, 3.0) == Quality(2 / 5, 2 / 3, 3 / 4, 2 / 4)
    assert quality_of(held_out, 9.0) == Quality(None, 0.0, 0.0, 0.0)


def test_labels_are_those_of_a_full_sort() -> None:
    collection, encoded = labelled_collection(30)
    found = label(collection, encoded)
    scores = encoded.queries.astype(np.float64) @ encoded.passages.T.astype(np.float64)
    standard = (scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=1, keepdims=True)
    assert found.relevant.tolist() == (scores.argmax(axis=1) == np.arange(30)).tolist()
    assert found.score == pytest.approx(standard.max(axis=1), abs=1e-4)
    standard[np.arange(30), np.arange(30)] = -np.inf
    assert found.score_without == pytest.approx(standard.max(axis=1), abs=1e-4)
    assert 0 < found.relevant.mean() < 1


def test_what_is_never_ranked_for_a_topic_is_not_its_best_passage() -> None:
    collection, encoded = labelled_collection(30)
    before = label(collection, encoded)
    own = [{"topic_id": f"t{n}", "passage_id": f"p{n + 30}"} for n in range(30)]
    made_near = encoded.passages.copy()
    made_near[30:] = encoded.queries
    near = EncodedCollection(encoded.queries, made_near, None, {}, {})
    assert not label(collection, near).relevant.any()
    found = label(replace(collection, exclusions=pa.Table.from_pylist(own, schema=EXCLUSIONS)), near)
    assert found.relevant.sum() >= before.relevant.sum() - 5


def test_quality_is_that_of_the_topics_held_out() -> None:
    collection, encoded = labelled_collection(60)
    found = calibrate(collection, encoded, seed=0)
    assert isinstance(found, Calibration)
    fitted = np.isin(np.arange(60), np.random.default_rng(0).permutation(60)[:30])
    labelled = label(collection, encoded)
    assert found.threshold == max(best_f1_threshold(*labelled.of(fitted).pairs), found.curve.midpoint)
    assert found.curve(np.array(found.threshold)) >= 0.5 - 1e-12
    assert found.curve == fit_curve(*labelled.of(fitted).pairs)
    assert found.quality == quality_of(labelled.of(~fitted), found.threshold)
    assert found.quality != quality_of(labelled.of(fitted), found.threshold)


def test_calibration_cuts_the_topics_in_halves() -> None:
    collection, encoded = labelled_collection(60)
    found = calibrate(collection, encoded, seed=0)
    assert isinstance(found, Calibration)
    assert (found.topics, found.held_out_topics) == (30, 30)
    assert found.to_dict()["curve"].keys() == {"slope", "midpoint"}
    assert calibrate(collection, encoded, seed=0) == found
    assert calibrate(collection, encoded, seed=1) != found
    assert found.quality.recall is not None
    assert found.quality.recall > 0.5
    assert found.quality.found_without_evidence < found.quality.coverage
    probabilities = found.curve(np.array([0.0, found.threshold, 10.0]))
    assert (np.diff(probabilities) > 0).all()


def test_few_topics_and_useless_scores_give_a_reason() -> None:
    few = calibrate(*labelled_collection(19), seed=0)
    assert few == "made-up has 19 topics with a relevant passage, and it takes 20"
    collection, encoded = labelled_collection(40)
    far = EncodedCollection(-encoded.passages[:40], encoded.passages, None, {}, {})
    assert str(calibrate(collection, far, seed=0)).startswith("higher scores make no passage of made-up")


def test_judgments_of_zero_are_no_labels() -> None:
    assert has_labels(labelled_collection(3)[0])
    assert not has_labels(labelled_collection(3, judged=0)[0])


def test_a_claim_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "claims.txt"
    path.write_bytes("\ufeffWater is wet.\r\n\n  น้ำเปียก  \none\u2028claim".encode())
    assert read_claim_lines(path) == [(1, "Water is wet."), (3, "น้ำเปียก"), (4, "one\u2028claim")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no claim"),
        (b" \n\n", "holds no claim"),
        (b"\x89PNG\r\n\x1a\n", "no UTF-8 text"),
        (b"a\x00b", "zero bytes"),
    ],
)
def test_what_is_no_text_of_claims_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "claims.txt").write_bytes(content)
    with pytest.raises(RequestError, match=said):
        read_claim_lines(tmp_path / "claims.txt")


def test_a_folder_or_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        read_claim_lines(tmp_path)
    with pytest.raises(RequestError, match="does not exist"):
        read_claim_lines(tmp_path / "none.txt")


def test_passages_are_cut_between_words_only() -> None:
    words = "abcde " * 66 + "fghijklm tail"  # the word after 396 characters goes on to 404
    assert beginning(words) == "abcde " * 65 + "abcde …"
    assert beginning("x" * 400) == "x" * 400
    passage = {"rank": 1, "language": "en", "score": 0.5, "title": "T", "text": words}
    claim = {"claim": "c", "verdict": None, "passages": [passage]}
    record = {"claims": [claim], "calibration": None, "uncalibrated_because": "none", "statement": "s"}
    console = Console(file=io.StringIO(), width=80)
    console.print(verify_page(record))
    shown = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    assert shown.count("abcde") == 66
    assert "abcde …" in shown
