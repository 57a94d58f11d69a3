"""Outrank counts against whole-number arithmetic, and whatever the blocks, shards and duplicates."""

import tracemalloc
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from isoglot.data.collection import Collection
from isoglot.data.indexed import index
from isoglot.errors import IsoglotError
from isoglot.evaluation.ranks import Golds, count_outranking, gold_scores, golds_of, outrank_counts

FINE = 2**20  # vectors of whole multiples of 1 / FINE are exact in float32, their dot products in int64

Tied = tuple[NDArray, NDArray, NDArray, Golds]  # queries, passages, languages, golds


def random_golds(rng: np.random.Generator, query_count: int, passage_count: int) -> Golds:
    """Some (query, passage) pairs, ordered by query; some queries have none."""
    chosen = np.flatnonzero(rng.random(query_count * passage_count) < 0.3)
    query, passage = np.divmod(chosen, passage_count)
    return Golds(query, passage, np.ones_like(query))


def naive_counts(scores: NDArray, passage_language: NDArray, golds: Golds, language_count: int) -> NDArray:
    """The definition, one passage at a time."""
    counts = np.zeros((len(golds.query), language_count), int)
    for row, (query, gold) in enumerate(zip(golds.query, golds.passage, strict=True)):
        for passage, language in enumerate(passage_language):
            score, own = scores[query, passage], scores[query, gold]
            counts[row, language] += score > own or (score == own and passage < gold)
    return counts


@st.composite
def tied_collections(draw: st.DrawFn) -> Tied:
    """Whole-number vectors with duplicates and neighbours one unit apart, languages and golds."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    dimensions, kinds = draw(st.integers(1, 70)), draw(st.integers(1, 4))
    query_count, passage_count = draw(st.integers(1, 7)), draw(st.integers(1, 25))
    bound = int(FINE / np.sqrt(dimensions)) - 2
    palette = rng.integers(-bound, bound + 1, (kinds, dimensions))
    passages = palette[rng.integers(0, kinds, passage_count)]
    passages = passages + (rng.random(passages.shape) < draw(st.sampled_from([0, 0.05]))) * rng.choice([-1, 1])
    queries = rng.integers(-bound, bound + 1, (query_count, dimensions))
    languages = rng.integers(0, 3, passage_count)
    return queries, passages, languages, random_golds(rng, query_count, passage_count)


def as_vectors(whole: NDArray) -> NDArray:
    return (whole / FINE).astype(np.float32)


@settings(deadline=None, max_examples=150)
@given(tied_collections(), st.sampled_from([1, 3_000, 20_000, 2**26]))
def test_counts_equal_whole_number_arithmetic_at_any_block_size(collection: Tied, memory: int) -> None:
    queries, passages, languages, golds = collection
    found = outrank_counts(as_vectors(queries), as_vectors(passages), languages, golds, 3, memory)
    np.testing.assert_array_equal(found, naive_counts(queries @ passages.T, languages, golds, 3))


@settings(deadline=None, max_examples=60)
@given(tied_collections(), st.integers(1, 5), st.randoms(use_true_random=False))
def test_counts_of_shards_add_up(collection: Tied, shard_count: int, random: Random) -> None:
    queries, passages, languages, golds = collection
    vectors = as_vectors(queries), as_vectors(passages)
    scores = gold_scores(*vectors, golds)
    shard_of = np.array([random.randrange(shard_count) for _ in passages])
    shards = [np.flatnonzero(shard_of == shard) for shard in range(shard_count)]
    added = sum(count_outranking(vectors[0], golds, scores, vectors[1][rows], rows) for rows in shards)
    np.testing.assert_array_equal(added, outrank_counts(*vectors, languages, golds, 3).sum(axis=1))


def unit(vectors: NDArray) -> NDArray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("dimensions", [2, 33, 512])
def test_random_vectors_rank_as_their_float64_products_do(dimensions: int) -> None:
    rng = np.random.default_rng(dimensions)
    queries, passages = unit(rng.normal(size=(9, dimensions))), unit(rng.normal(size=(60, dimensions)))
    golds, languages = random_golds(rng, 9, 60), rng.integers(0, 4, 60)
    expected = naive_counts(queries.astype(np.float64) @ passages.astype(np.float64).T, languages, golds, 4)
    np.testing.assert_array_equal(outrank_counts(queries, passages, languages, golds, 4), expected)


@pytest.mark.parametrize("memory", [1, 50_000, 300_000, 2**26])
def test_identical_passages_stand_in_order_of_their_rows(memory: int) -> None:
    rng = np.random.default_rng(1)
    passages = np.repeat(unit(rng.normal(size=(1, 384))), 40, axis=0)
    golds = random_golds(rng, 13, 40)
    found = outrank_counts(unit(rng.normal(size=(13, 384))), passages, np.zeros(40, int), golds, 1, memory)
    np.testing.assert_array_equal(found[:, 0], golds.passage)


def test_memory_is_bounded_even_where_every_score_ties() -> None:
    rng = np.random.default_rng(2)
    queries, passages = unit(rng.normal(size=(2000, 8))), np.repeat(unit(rng.normal(size=(1, 8))), 500, axis=0)
    golds = Golds(np.arange(2000), np.full(2000, 499), np.ones(2000, int))
    memory = 2**21
    tracemalloc.start()
    outrank_counts(queries, passages, np.zeros(500, int), golds, 1, memory)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < memory + 2**18  # the counts, the golds' scores and the like


def test_nothing_to_count() -> None:
    none = Golds(*np.zeros((3, 0), int))
    vectors = np.ones((2, 1), np.float32)
    assert outrank_counts(vectors, vectors, np.array([0, 1]), none, 2).shape == (0, 2)


@pytest.mark.parametrize("value", [np.nan, np.inf, 20.0])
@pytest.mark.parametrize("side", [0, 1])
def test_vectors_that_are_not_of_length_one_are_refused(value: float, side: int) -> None:
    vectors = [np.full((2, 1), 1.0, np.float32), np.full((2, 1), 1.0, np.float32)]
    vectors[side][1] = value
    golds = Golds(np.array([0, 1]), np.array([0, 0]), np.array([1, 1]))
    with pytest.raises(IsoglotError, match="length"):
        outrank_counts(*vectors, np.array([0, 0]), golds, 1)


def test_golds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="ordered"):
        Golds(np.array([1, 0]), np.array([0, 0]), np.array([1, 1]))


def test_golds_are_the_relevant_passages_of_the_topic_in_any_language() -> None:
    queries = [("q1", "t2", "en"), ("q2", "t1", "de"), ("q3", "t2", "de"), ("q4", "t3", "en")]
    passages = [("p1", "en"), ("p2", "de"), ("p3", "en")]
    qrels = [("t1", "p3", 1), ("t2", "p1", 2), ("t3", "p1", 0), ("t2", "p3", 0), ("t2", "p2", 1)]
    collection = Collection.from_rows(
        "tiny",
        queries=[dict(zip(("query_id", "topic_id", "language"), row, strict=True), text="?") for row in queries],
        passages=[dict(zip(("passage_id", "language"), row, strict=True), text=".") for row in passages],
        qrels=[dict(zip(("topic_id", "passage_id", "relevance"), row, strict=True)) for row in qrels],
    )
    golds = golds_of(index(collection))
    rows = set(zip(golds.query.tolist(), golds.passage.tolist(), golds.relevance.tolist(), strict=True))
    assert rows == {(0, 0, 2), (0, 1, 1), (1, 2, 1), (2, 0, 2), (2, 1, 1)}
    assert golds.query.tolist() == [0, 0, 1, 2, 2]
