"""Random rankings of small collections, whole and as the arrays that bias is computed from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isoglot.data.indexed import Indexed
from isoglot.evaluation.ranks import Golds, golds_of

LANGUAGES = ["ar", "de", "en", "th"]


@dataclass
class World:
    """A collection, the whole ranking of every query (rows of passages, best first), and its first k."""

    indexed: Indexed
    rankings: list[NDArray[np.int64]]
    k: int

    @property
    def golds(self) -> Golds:
        return golds_of(self.indexed)

    @property
    def counts(self) -> NDArray[np.int64]:
        language, count = self.indexed.passage_language, len(self.indexed.languages)
        pairs = zip(self.golds.query, self.golds.passage, strict=True)
        before = [self.rankings[query][: self.rank(query, passage) - 1] for query, passage in pairs]
        return np.array([np.bincount(language[rows], minlength=count) for rows in before], np.int64).reshape(-1, count)

    @property
    def top(self) -> NDArray[np.int64]:
        """As the ranking core gives it: nothing for queries without a relevant passage."""
        top = np.full((len(self.rankings), self.k), -1)
        for query in set(self.golds.query.tolist()):
            best = self.rankings[query][: self.k]
            top[query, : len(best)] = best
        return top

    @property
    def arguments(self) -> tuple[Indexed, Golds, NDArray[np.int64], NDArray[np.int64]]:
        return self.indexed, self.golds, self.counts, self.top

    def rank(self, query: int, passage: int) -> int:
        return self.rankings[query].tolist().index(passage) + 1

    def relevance(self, query: int) -> dict[int, int]:
        """Grade of each relevant passage of a query."""
        golds = self.golds
        mine = golds.query == query
        return dict(zip(golds.passage[mine].tolist(), golds.relevance[mine].tolist(), strict=True))

    def language_of(self, passage: int) -> str:
        return self.indexed.languages[self.indexed.passage_language[passage]]


def indexed_of(
    queries: Sequence[tuple[int, int]], passage_language: Sequence[int], qrels: Sequence[tuple[int, int, int]]
) -> Indexed:
    """Queries are (topic, language), qrels (topic, passage, relevance), ordered by topic."""
    topic, language = np.array(queries, np.int64).reshape(-1, 2).T
    judged_topic, judged_passage, relevance = np.array(qrels, np.int64).reshape(-1, 3).T
    return Indexed(
        languages=LANGUAGES,
        topic_count=int(topic.max(initial=-1)) + 1,
        query_topic=topic,
        query_language=language,
        passage_language=np.array(passage_language, np.int64),
        passage_group=np.arange(len(passage_language)),
        judgment_topic=judged_topic,
        judgment_passage=judged_passage,
        judgment_relevance=relevance,
    )


def random_world(seed: int, passages: int | None = None) -> World:
    """Ragged in every way: topics without golds, several queries of a language, languages without passages."""
    random = np.random.default_rng(seed)
    passages = passages or int(random.integers(1, 40))
    topics, k = int(random.integers(1, 6)), int(random.integers(1, 12))
    queries = [(topic, int(random.integers(4))) for topic in range(topics) for _ in range(random.integers(0, 7))]
    language = random.integers(0, int(random.integers(1, 5)), passages).tolist()
    qrels = [
        (topic, int(passage), int(random.integers(0, 4)))
        for topic in range(topics)
        for passage in random.choice(passages, int(random.integers(0, passages + 1)), replace=False)
    ]
    rankings = [random.permutation(passages) for _ in queries]
    # Some translations get nearly the same list.
    for query in range(1, len(queries)):
        if queries[query][0] == queries[query - 1][0] and random.random() < 0.5:
            rankings[query] = rankings[query - 1].copy()
            rankings[query][[0, -1]] = rankings[query][[-1, 0]]
    return World(indexed_of(queries, language, qrels), rankings, k)


def parallel_world(topics: int = 3, k: int = 4, seed: int = 0) -> World:
    """Topics with one query and one relevant passage in every language, and random rankings."""
    random, count = np.random.default_rng(seed), len(LANGUAGES)
    queries = [(topic, language) for topic in range(topics) for language in range(count)]
    qrels = [(topic, topic * count + language, 1) for topic, language in queries]
    rankings = [random.permutation(len(queries)) for _ in queries]
    return World(indexed_of(queries, [language for _, language in queries], qrels), rankings, k)
