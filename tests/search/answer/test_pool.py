"""Hits are those of a brute force over documents, for any filters, exactly scanned or quantised."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answer.toys import Toy, make_derived, make_store, random_toys, unit
from isoglot.search.derived import Derived, derive, read_derived
from isoglot.search.request import SearchRequest
from isoglot.search.searcher import Searcher

LANGUAGES = ("de", "en", "sw")
COUNT = 180


def toys() -> list[Toy]:
    """60 documents of three passages, each passage in another language; `part` is 0 to 3 by passage."""
    made = random_toys(COUNT, 16, LANGUAGES)
    for row, toy in enumerate(made):
        toy.document, toy.metadata, toy.source = f"d{row // 3}", {"part": row % 4}, f"s{row % 5}"
    return made


@pytest.fixture(scope="module")
def derived(tmp_path_factory: pytest.TempPathFactory) -> Derived:
    return make_derived(tmp_path_factory.mktemp("pool"), toys(), 16)


def answered(derived: Derived, request: SearchRequest, vector: np.ndarray) -> list[tuple[str, float]]:
    searcher = Searcher(derived.folder, None, derived)  # type: ignore[arg-type]  # the vector is given
    return [(hit.document_id, hit.score) for hit in searcher.answer(request, vector).hits]


def by_brute_force(request: SearchRequest, vector: np.ndarray) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    parts = request.where.get("part", (0, 1, 2, 3))
    assert isinstance(parts, tuple)
    for toy in toys():
        if toy.language not in (request.languages or LANGUAGES) or toy.metadata["part"] not in parts:
            continue
        if request.sources and toy.source not in request.sources:
            continue
        score = float(unit(toy.vector).astype(float) @ vector.astype(float))
        best[toy.document] = max(score, best.get(toy.document, -2))
    return sorted(best.items(), key=lambda each: -each[1])[: request.k]


@settings(max_examples=40, deadline=None)
@given(
    languages=st.lists(st.sampled_from(LANGUAGES), unique=True),
    parts=st.lists(st.integers(0, 3), unique=True, min_size=1),
    sources=st.lists(st.integers(0, 4).map("s{}".format), unique=True),
    k=st.integers(1, 100),
    seed=st.integers(0, 99),
)
def test_hits_are_the_brute_forces_for_any_filters(
    derived: Derived, languages: list[str], parts: list[int], sources: list[str], k: int, seed: int
) -> None:
    vector = unit(np.random.default_rng(seed).standard_normal(16))
    request = SearchRequest(
        question="x",
        k=k,
        languages=tuple(languages),
        sources=tuple(sources),
        where={"part": tuple(parts)},
        query_language="en",
    )
    found, expected = answered(derived, request, vector), by_brute_force(request, vector)
    assert [document for document, _ in found] == [document for document, _ in expected]
    np.testing.assert_allclose([score for _, score in found], [score for _, score in expected], atol=1e-6)


def test_documents_are_found_behind_one_of_many_passages(tmp_path: Path) -> None:
    near = [Toy("en", [1, 0.0001 * row], document="long") for row in range(900)]
    far = [Toy("en", [1, 1 + row], document=f"short{row}") for row in range(3)]
    derived = make_derived(tmp_path, [*near, *far], 2)
    request = SearchRequest(question="x", k=3, query_language="en")
    found = answered(derived, request, np.array([1, 0], np.float32))
    assert [document for document, _ in found] == ["long", "short0", "short1"]


def test_filters_hold_in_a_quantised_index(tmp_path: Path) -> None:
    store = make_store(tmp_path, toys(), 16)
    derive(store, tmp_path / "quantised", exact_below=10)
    derived = read_derived(tmp_path / "quantised")
    assert [block.scan for block in derived.about.blocks] == ["quantised"] * 3
    vector = unit(np.random.default_rng(5).standard_normal(16))
    for languages in ((), ("sw",)):
        request = SearchRequest(question="x", k=10, languages=languages, where={"part": (1, 2)}, query_language="en")
        found, expected = answered(derived, request, vector), by_brute_force(request, vector)
        assert [document for document, _ in found] == [document for document, _ in expected]


def test_an_empty_pool_has_no_hits_and_no_shares(derived: Derived) -> None:
    searcher = Searcher(derived.folder, None, derived)  # type: ignore[arg-type]
    for balance in ("as-scored", "calibrated", "balanced"):
        request = SearchRequest(question="x", balance=balance, where={"part": 77}, query_language="en")
        response = searcher.answer(request, np.eye(16, dtype=np.float32)[0])
        assert (response.hits, response.languages) == ((), ())
