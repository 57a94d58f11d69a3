"""Outrank counts against whole-number arithmetic, and whatever the blocks, shards and duplicates."""

import subprocess
import sys
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from isoglot.data.collection import Collection
from isoglot.data.indexed import index
from isoglot.errors import IsoglotError
from isoglot.evaluation.ranks import Golds, Pool, golds_of, rank
from isoglot.evaluation.ranks.rank import gold_keys, outrank_counts
from isoglot.evaluation.ranks.scores import error_bound, on_grid, product, stripes
from isoglot.evaluation.ranks.shards import Spread, rank_in_shards

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
    found = rank(as_vectors(queries), Pool.of(as_vectors(passages), languages), golds, 3, memory=memory).counts
    np.testing.assert_array_equal(found, naive_counts(queries @ passages.T, languages, golds, 3))


@settings(deadline=None, max_examples=60)
@given(tied_collections(), st.integers(1, 5), st.randoms(use_true_random=False))
def test_counts_of_shards_add_up(collection: Tied, shard_count: int, random: Random) -> None:
    queries, passages, languages, golds = collection
    query_vectors, pool = as_vectors(queries), Pool.of(as_vectors(passages), languages)
    keys = gold_keys(query_vectors, pool, golds)
    shard_of = np.array([random.randrange(shard_count) for _ in passages])
    shards = [np.flatnonzero(shard_of == shard) for shard in range(shard_count)]
    added = sum(
        outrank_counts(query_vectors, Pool.of(pool.vectors[rows], languages[rows], tie=rows), golds, keys, 3)
        for rows in shards
    )
    np.testing.assert_array_equal(added, rank(query_vectors, pool, golds, 3).counts)


@settings(deadline=None, max_examples=60)
@given(tied_collections(), st.integers(1, 6), st.integers(0, 4), st.integers(0, 2**32))
def test_ranking_in_shards_is_ranking(collection: Tied, shards: int, top: int, seed: int) -> None:
    queries, passages, languages, golds = collection
    rng = np.random.default_rng(seed)
    tie, sections = rng.permutation(len(passages)), np.sort(rng.integers(0, len(passages), 2 * len(passages)))
    sections = np.sort(np.concatenate([sections, np.arange(len(passages))]))
    vectors = as_vectors(passages)[rng.integers(0, len(passages), len(sections))]
    pool = Pool.of(vectors, languages, tie, sections)
    is_excluded = rng.random((len(queries), len(passages))) < 0.1
    is_excluded[golds.query, golds.passage] = False
    excluded = np.argwhere(is_excluded).T
    asked = {"exclusions": (excluded[0], excluded[1]), "top": top}
    whole = rank(as_vectors(queries), pool, golds, 3, **asked)
    parts = rank_in_shards(as_vectors(queries), pool, golds, 3, **asked, spread=Spread(shards))
    np.testing.assert_array_equal(parts.counts, whole.counts)
    np.testing.assert_array_equal(parts.top, whole.top)


def unit(vectors: NDArray) -> NDArray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("dimensions", [2, 33, 512])
def test_random_vectors_rank_as_their_float64_products_do(dimensions: int) -> None:
    rng = np.random.default_rng(dimensions)
    queries, passages = unit(rng.normal(size=(9, dimensions))), unit(rng.normal(size=(60, dimensions)))
    golds, languages = random_golds(rng, 9, 60), rng.integers(0, 4, 60)
    expected = naive_counts(queries.astype(np.float64) @ passages.astype(np.float64).T, languages, golds, 4)
    np.testing.assert_array_equal(rank(queries, Pool.of(passages, languages), golds, 4).counts, expected)


@pytest.mark.parametrize("memory", [1, 50_000, 300_000, 2**26])
def test_identical_passages_stand_in_order_of_their_rows(memory: int) -> None:
    rng = np.random.default_rng(1)
    passages = np.repeat(unit(rng.normal(size=(1, 384))), 40, axis=0)
    golds = random_golds(rng, 13, 40)
    queries, pool = unit(rng.normal(size=(13, 384))), Pool.of(passages, np.zeros(40, int))
    found = rank(queries, pool, golds, 1, memory=memory).counts
    np.testing.assert_array_equal(found[:, 0], golds.passage)


MEASURE_MEMORY = """
import resource, sys
import numpy as np
from isoglot.evaluation.ranks import Golds, Pool, rank

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

def run(query_count, passage_count, memory, tied):
    rng = np.random.default_rng(0)
    draw = lambda count: (lambda v: (v / np.linalg.norm(v, axis=1, keepdims=True)).astype(np.float32))(
        rng.normal(size=(count, 16)))
    passages = np.repeat(draw(1), passage_count, axis=0) if tied else draw(passage_count)
    queries, pool = draw(query_count), Pool.of(passages, np.zeros(passage_count, int))
    golds = Golds(np.arange(query_count), np.full(query_count, passage_count - 1), np.ones(query_count, int))
    before = peak()
    rank(queries, pool, golds, 1, top=5, memory=memory)
    return peak() - before

run(50, 50, 2**20, False)  # what libraries take on first use
print(run(500, 8_000, int(sys.argv[1]), sys.argv[2] == "tied"))
"""


@pytest.mark.parametrize("kind", ["tied", "untied"])
def test_memory_stays_within_its_bound_even_where_every_score_ties(kind: str) -> None:
    """A score matrix alone would take 16 MB, its comparisons five times as much."""
    memory = 12 * 2**20
    command = [sys.executable, "-c", MEASURE_MEMORY, str(memory), kind]
    taken = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert taken < memory + 2**23  # the result, the golds' keys and the like


def test_nothing_to_count() -> None:
    none = Golds(*np.zeros((3, 0), int))
    vectors = np.ones((2, 1), np.float32)
    assert rank(vectors, Pool.of(vectors, np.array([0, 1])), none, 2).counts.shape == (0, 2)


@pytest.mark.parametrize(("value", "shown"), [(np.nan, "nan"), (np.inf, "inf"), (20.0, "20"), (0.0, "0")])
@pytest.mark.parametrize(("side", "kind"), [(0, "query"), (1, "passage")])
def test_vectors_that_are_not_of_length_one_are_refused_by_row(value: float, shown: str, side: int, kind: str) -> None:
    vectors = [np.full((3, 1), 1.0, np.float32), np.full((3, 1), 1.0, np.float32)]
    vectors[side][2] = value
    golds = Golds(np.array([0, 2]), np.array([0, 0]), np.array([1, 1]))
    with pytest.raises(IsoglotError, match=f"vector of {kind} row 2 has length {shown};"):
        rank(vectors[0], Pool.of(vectors[1], np.array([0, 1, 0])), golds, 2)


def test_numbers_that_disagree_are_named() -> None:
    golds = Golds(np.array([0]), np.array([0]), np.array([1]))
    with pytest.raises(IsoglotError, match="Queries have 3 dimensions and passages 2"):
        rank(np.eye(3, dtype=np.float32), Pool.of(np.eye(2, dtype=np.float32), np.array([0, 0])), golds, 1)
    with pytest.raises(IsoglotError, match="2 vectors for 3 passages"):
        Pool.of(np.eye(2, dtype=np.float32), np.array([0, 0, 0]))
    with pytest.raises(IsoglotError, match="2 vectors for 3 sections"):
        Pool.of(np.eye(2, dtype=np.float32), np.array([0, 0]), sections=np.array([0, 1, 1]))


def naive_top(scores: NDArray, ties: NDArray, count: int) -> NDArray:
    """Rows of the best passages of each query, by score and then by place; -1 where there are no more."""
    found = np.full((len(scores), count), -1)
    for query, row in enumerate(scores):
        order = sorted(np.flatnonzero(np.isfinite(row)), key=lambda passage: (-row[passage], ties[passage]))
        found[query, : len(order)] = order[:count]
    return found


@settings(deadline=None, max_examples=150)
@given(tied_collections(), st.integers(1, 30), st.sampled_from([1, 3_000, 2**26]), st.integers(0, 2**32))
def test_lists_are_in_exact_order_without_the_excluded(collection: Tied, count: int, memory: int, seed: int) -> None:
    queries, passages, languages, golds = collection
    rng = np.random.default_rng(seed)
    ties = rng.permutation(len(passages))
    excluded = np.divmod(np.flatnonzero(rng.random(len(queries) * len(passages)) < 0.2), len(passages))
    kept = ~np.isin(golds.query * len(passages) + golds.passage, excluded[0] * len(passages) + excluded[1])
    golds = Golds(golds.query[kept], golds.passage[kept], golds.relevance[kept])
    pool = Pool.of(as_vectors(passages), languages, tie=ties)
    found = rank(as_vectors(queries), pool, golds, 3, exclusions=excluded, top=count, memory=memory)
    scores = (queries @ passages.T).astype(float)
    scores[excluded] = -np.inf
    asked = np.unique(golds.query)
    np.testing.assert_array_equal(found.top[asked], naive_top(scores, ties, count)[asked])
    for row, (query, gold) in enumerate(zip(golds.query, golds.passage, strict=True)):
        own = scores[query, gold]
        ahead = (scores[query] > own) | ((scores[query] == own) & (ties < ties[gold]))
        np.testing.assert_array_equal(found.counts[row], np.bincount(languages[ahead], minlength=3))


@settings(deadline=None, max_examples=80)
@given(tied_collections(), st.sampled_from([1, 3_000, 2**26]), st.integers(0, 2**32))
def test_a_passage_scores_as_its_best_section(collection: Tied, memory: int, seed: int) -> None:
    queries, sections, _, _ = collection
    rng = np.random.default_rng(seed)
    passage_count = int(rng.integers(1, len(sections) + 1))
    owner = np.sort(np.concatenate([np.arange(passage_count), rng.integers(0, passage_count, len(sections))]))
    vectors = sections[rng.integers(0, len(sections), len(owner))]
    languages, golds = rng.integers(0, 3, passage_count), random_golds(rng, len(queries), passage_count)
    scores = np.full((len(queries), passage_count), np.iinfo(np.int64).min)
    np.maximum.at(scores, (slice(None), owner), queries @ vectors.T)
    pool = Pool.of(as_vectors(vectors), languages, sections=owner)
    found = rank(as_vectors(queries), pool, golds, 3, top=4, memory=memory)
    np.testing.assert_array_equal(found.counts, naive_counts(scores, languages, golds, 3))
    asked = np.unique(golds.query)
    expected = naive_top(scores.astype(float), np.arange(passage_count), 4)
    np.testing.assert_array_equal(found.top[asked], expected[asked])


def test_bfloat16_vectors_rank_as_their_exact_products_do() -> None:
    generator = torch.Generator().manual_seed(0)
    queries, passages = (
        torch.nn.functional.normalize(torch.randn(count, 33, generator=generator)).bfloat16() for count in (9, 80)
    )
    golds, languages = random_golds(np.random.default_rng(0), 9, 80), np.arange(80) % 3
    products = queries.double().numpy() @ passages.double().numpy().T
    found = rank(queries, Pool.of(passages, languages), golds, 3, top=80)
    np.testing.assert_array_equal(found.counts, naive_counts(products, languages, golds, 3))
    asked = np.unique(golds.query)
    np.testing.assert_array_equal(found.top[asked], naive_top(products, np.arange(80), 80)[asked])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("pool_device", ["cpu", "cuda"])
def test_a_gpu_counts_as_a_processor_does(pool_device: str) -> None:
    rng = np.random.default_rng(0)
    queries, passages = unit(rng.normal(size=(200, 200))), unit(rng.normal(size=(3000, 200)))
    golds, languages = random_golds(rng, 200, 30), np.arange(3000) % 5
    expected = rank(queries, Pool.of(passages, languages), golds, 5, top=7)
    pool = Pool.of(torch.as_tensor(passages, device=pool_device), languages)
    found = rank(torch.as_tensor(queries, device="cuda"), pool, golds, 5, top=7)
    np.testing.assert_array_equal(found.counts, expected.counts)
    np.testing.assert_array_equal(found.top, expected.top)


@pytest.mark.parametrize("dimensions", [1, 383, 384, 385, 700])
def test_float32_scores_are_within_their_error_bound(dimensions: int) -> None:
    """Vectors of equal components are the hardest: every product and every partial sum rounds the same way."""
    queries = torch.full((3, dimensions), dimensions**-0.5)
    passages = torch.cat([queries, torch.tensor(unit(np.random.default_rng(0).normal(size=(50, dimensions))))])
    queries, passages = (on_grid(each, torch.arange(len(each)), "query") for each in (queries, passages))
    found, room = torch.empty(2, 3, 53)
    product(stripes(queries), stripes(passages), found, room)
    error = (found.double() - queries.double() @ passages.double().T).abs().max()
    assert error <= error_bound(dimensions) < 2.5e-5


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
