"""Ranks in each setting against sorting that setting's own pool."""

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from isoglot.data.indexed import Indexed
from isoglot.errors import RequestError
from isoglot.evaluation import ranks as ranking
from isoglot.evaluation.ranks import Golds, Pool, golds_of
from isoglot.evaluation.settings import GoldRanks, cross_lingual, monolingual, multilingual, pool

LANGUAGES = ["de", "en", "th", "yo"]  # no query is in yo, and no passage in th
Row = tuple[int, int, int]  # query, rank, relevance


def random_collection(seed: int) -> tuple[Indexed, Golds, NDArray, NDArray]:
    """A random integer collection with its golds, scores and counts."""
    rng = np.random.default_rng(seed)
    query_language, passage_language = rng.choice([0, 1, 2], 30), rng.choice([0, 1, 3], 50)
    topic, passage = np.divmod(np.sort(rng.choice(12 * 50, 60, replace=False)), 50)
    indexed = Indexed(
        languages=LANGUAGES,
        topic_count=12,
        query_topic=rng.integers(0, 12, 30),
        query_language=query_language,
        passage_language=passage_language,
        passage_group=np.arange(50),
        judgment_topic=topic,
        judgment_passage=passage,
        judgment_relevance=rng.integers(0, 4, 60),
    )
    queries, passages = rng.normal(size=(30, 6)), rng.normal(size=(50, 6))
    queries, passages = (
        (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32) for vectors in (queries, passages)
    )
    golds = golds_of(indexed)
    counts = ranking.rank(queries, Pool.of(passages, passage_language), golds, len(LANGUAGES)).counts
    return indexed, golds, counts, queries.astype(np.float64) @ passages.T.astype(np.float64)


def sorted_ranks(
    indexed: Indexed, scores: NDArray, queries: Iterable[int], passage_languages: Iterable[int]
) -> list[Row]:
    """Rows (query, rank, relevance) by sorting the passages of these languages for each query."""
    candidates = np.flatnonzero(np.isin(indexed.passage_language, list(passage_languages)))
    judgments = zip(indexed.judgment_topic, indexed.judgment_passage, indexed.judgment_relevance, strict=True)
    relevance = {(topic, passage): value for topic, passage, value in judgments if value > 0}
    rows = []
    for query in queries:
        order = candidates[np.argsort(-scores[query, candidates])]
        for rank, passage in enumerate(order, 1):
            if value := relevance.get((indexed.query_topic[query], passage)):
                rows.append((query, rank, value))
    return rows


def as_rows(ranks: GoldRanks) -> list[Row]:
    return list(zip(ranks.query.tolist(), ranks.rank.tolist(), ranks.relevance.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_pairs_rank_the_passages_of_one_language_for_the_queries_of_one(seed: int) -> None:
    indexed, golds, counts, scores = random_collection(seed)
    found = {(language, language): as_rows(ranks) for language, ranks in monolingual(indexed, golds, counts)}
    crossed = {pair: as_rows(ranks) for pair, ranks in cross_lingual(indexed, golds, counts)}
    assert not set(found) & set(crossed)
    expected = {}
    for asked, query_language in enumerate(LANGUAGES):
        for answered, passage_language in enumerate(LANGUAGES):
            queries = np.flatnonzero(indexed.query_language == asked)
            expected[query_language, passage_language] = sorted_ranks(indexed, scores, queries, [answered])
    assert found | crossed == {pair: rows for pair, rows in expected.items() if rows}


@pytest.mark.parametrize("languages", [["en"], ["yo", "de"], ["de", "de", "en"], ["th"]])
def test_a_pool_ranks_the_passages_of_its_languages_together(languages: list[str]) -> None:
    indexed, golds, counts, scores = random_collection(7)
    codes = [LANGUAGES.index(language) for language in languages]
    assert as_rows(pool(indexed, golds, counts, languages)) == sorted_ranks(indexed, scores, range(30), codes)


def test_the_multilingual_pool_holds_all_passages() -> None:
    indexed, golds, counts, scores = random_collection(8)
    assert as_rows(multilingual(indexed, golds, counts)) == sorted_ranks(indexed, scores, range(30), range(4))


def test_views_of_gold_ranks_by_query() -> None:
    indexed, golds, counts, _ = random_collection(9)
    ranks = multilingual(indexed, golds, counts)
    by_query = {}
    for query, rank, _relevance in as_rows(ranks):
        by_query.setdefault(query, []).append(rank)
    assert ranks.queries.tolist() == list(by_query)
    assert ranks.numbers.tolist() == [len(found) for found in by_query.values()]
    assert ranks.positions.tolist() == [place for found in by_query.values() for place in range(1, len(found) + 1)]


def test_a_pool_of_an_unknown_language_is_refused() -> None:
    indexed, golds, counts, _ = random_collection(0)
    with pytest.raises(RequestError, match=r"'fr'.*de, en, th, yo"):
        pool(indexed, golds, counts, ["en", "fr"])
