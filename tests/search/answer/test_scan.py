"""Scans of one language against a brute force."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answer.toys import Floats, unit
from isoglot.search.scan import ExactScan, Found, Quantised, QuantisedScan, exact_tops, quantise, with_cosines

RANDOM = np.random.default_rng(0)
CENTRES = RANDOM.standard_normal((20, 32))
VECTORS = unit(CENTRES[RANDOM.integers(20, size=2000)] + 0.7 * RANDOM.standard_normal((2000, 32)))
QUERIES = unit(VECTORS[:20] + 0.1 * RANDOM.standard_normal((20, 32)))


def brute(vectors: Floats, query: Floats, depth: int, mask: np.ndarray) -> list[tuple[int, float]]:
    scored = [(row, float(vectors[row].astype(float) @ query.astype(float))) for row in np.flatnonzero(mask)]
    return sorted(scored, key=lambda each: -each[1])[:depth]


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 60), depth=st.integers(1, 70), kept=st.floats(0, 1), seed=st.integers(0, 99))
def test_an_exact_scan_is_the_brute_force_for_any_mask(count: int, depth: int, kept: float, seed: int) -> None:
    mask = np.random.default_rng(seed).random(count) < kept
    rows, scores = ExactScan(VECTORS[:count]).find(QUERIES[0], depth, mask=mask)
    expected = brute(VECTORS[:count], QUERIES[0], depth, mask)
    assert rows.tolist() == [row for row, _ in expected]
    np.testing.assert_allclose(scores, [score for _, score in expected], atol=1e-6)


def test_scores_of_a_quantised_scan_are_exact_and_filters_hold() -> None:
    mask = np.arange(2000) % 3 == 0
    found = quantise(VECTORS)
    overlap = []
    for query in QUERIES:
        ((rows, scores),) = with_cosines([QuantisedScan(found, 200).find(query, 10, mask=mask)], VECTORS, query)
        assert len(rows) == 200
        assert mask[rows].all()
        np.testing.assert_allclose(scores, VECTORS[rows] @ query, atol=1e-6)
        assert (np.diff(scores) <= 0).all()
        overlap.append(len({*rows[:10].tolist()} & {row for row, _ in brute(VECTORS, query, 10, mask)}) / 10)
    assert np.mean(overlap) >= 0.98


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_a_quantised_scan_gives_what_a_small_mask_leaves(kept: int) -> None:
    mask = np.arange(2000) < kept
    assert quantise(VECTORS).nearest(QUERIES[0], 10, mask).tolist() == list(range(kept))


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(0, 40), max_size=5), known=st.integers(0, 31))
def test_what_scans_found_is_scored_at_once_and_stays_with_its_scan(sizes: list[int], known: int) -> None:
    found: list[Found] = []
    for number, size in enumerate(sizes):
        rows = np.random.default_rng(number).permutation(2000)[:size]
        found.append((rows, VECTORS[rows] @ QUERIES[0] if known >> number & 1 else None))
    for (rows, _), (best_rows, scores) in zip(found, with_cosines(found, VECTORS, QUERIES[0]), strict=True):
        expected = brute(VECTORS, QUERIES[0], 2000, np.isin(np.arange(2000), rows))
        assert best_rows.tolist() == [row for row, _ in expected]
        np.testing.assert_allclose(scores, [score for _, score in expected], atol=1e-6)


def test_quantised_vectors_are_saved(tmp_path: Path) -> None:
    made = quantise(VECTORS)
    made.save(tmp_path / "codes.tv")
    read = Quantised.load(tmp_path / "codes.tv", 2000)
    for query in QUERIES[:3]:
        assert read.nearest(query, 50).tolist() == made.nearest(query, 50).tolist()
    with pytest.raises(ValueError, match="1999"):
        Quantised.load(tmp_path / "codes.tv", 1999)


@pytest.mark.parametrize("depth", [1, 10, 3000])
def test_many_questions_at_once_are_the_brute_force(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isoglot.search.scan.exact.COMPARED", 700)
    rows, scores = exact_tops(VECTORS, QUERIES[:3], depth)
    for query, their_rows, their_scores in zip(QUERIES, rows, scores, strict=False):
        expected = brute(VECTORS, query, depth, np.ones(2000, bool))
        np.testing.assert_allclose(their_scores, [score for _, score in expected], atol=1e-6)
        if depth <= 10:
            assert their_rows.tolist() == [row for row, _ in expected]
