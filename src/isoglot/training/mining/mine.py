"""Mining: for every query the nearest passages of each language that are surely not relevant."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from isoglot.batches.inventory import Rows, Shelf
from isoglot.data import Collection
from isoglot.data.indexed import Indexed, index
from isoglot.errors import IsoglotError
from isoglot.evaluation.encoded import EncodedCollection
from isoglot.evaluation.evaluate import tie_order
from isoglot.evaluation.ranks import MEMORY, Pool, golds_of
from isoglot.evaluation.ranks.blocks import Scorer
from isoglot.training.mining.forbidden import forbidden_passages
from isoglot.training.mining.request import MiningRequest
from isoglot.training.mining.result import Mined, with_negatives
from isoglot.training.mining.search import Search, score_limits


def mine(
    collection: Collection,
    encoded: EncodedCollection,
    request: MiningRequest,
    *,
    teacher: EncodedCollection | None = None,
    note: str = "hard negatives were mined",
    memory: int = MEMORY,
) -> Mined:
    """Add hard negatives to a collection: judgments with relevance 0, as `Plan` draws them.

    The nearest passages are exact. One is passed over for a query where it scores higher than the margin allows, or
    where it must not be mined for the topic (`forbidden_passages`). Queries of topics without a relevant passage get
    none.

    Args:
        collection: to train on.
        encoded: its vectors by the model that finds what is hard.
        request: how many, where, and the margin.
        teacher: its vectors by the model whose scores the margin is about; None for the same.
        note: for the notes of the collection.
        memory: bound in bytes on what scoring holds besides vectors and the result.

    Raises:
        RequestError: see `MiningRequest.check`.
        IsoglotError: nothing was found.
    """
    request.check(collection)
    ground = Ground.of(collection, encoded, teacher or encoded, request.margin, memory)
    languages, spoken = ground.indexed.languages, ground.indexed.passage_language
    codes = [code for code in np.unique(spoken).tolist() if languages[code] in (request.languages or languages)]
    pairs, refused = zip(*(ground.mine_language(code, request) for code in codes), strict=True)
    topics, passages = np.divmod(np.unique(np.concatenate(pairs)), len(spoken))
    if not len(topics):
        raise IsoglotError(
            f"{collection.name} has no passage that may be a negative with a margin of {request.margin}; lower "
            "--margin, or mine with another model."
        )
    mined = np.bincount(spoken[passages], minlength=len(languages)).tolist()
    return Mined(
        with_negatives(collection, topics, passages, note),
        {languages[code]: mined[code] for code in codes},
        {languages[code]: count for code, count in zip(codes, refused, strict=True)},
    )


@dataclass(frozen=True)
class Ground:
    """What is searched.

    Args:
        indexed: the collection.
        models: the vectors that find negatives, and those that hold them against the limits.
        asked: rows of the queries that have a relevant passage, [A].
        limits: the score that a negative of each of these must stay below, float64 [A].
        forbidden: see `forbidden_passages`.
        tie: place of each passage among those of equal score, [P].
        memory: bound in bytes.
    """

    indexed: Indexed
    models: tuple[EncodedCollection, EncodedCollection]
    asked: Rows
    limits: NDArray[np.float64]
    forbidden: tuple[Rows, Rows]
    tie: Rows
    memory: int

    @classmethod
    def of(
        cls, collection: Collection, finder: EncodedCollection, judge: EncodedCollection, margin: float, memory: int
    ) -> "Ground":
        """From the vectors of a collection."""
        indexed = index(collection)
        golds = golds_of(indexed)
        limits = score_limits(judge.queries, judge.passages, golds, margin)
        forbidden = forbidden_passages(collection, indexed)
        asked = np.unique(golds.query)
        return cls(indexed, (finder, judge), asked, limits, forbidden, tie_order(collection), memory)

    def mine_language(self, code: int, request: MiningRequest) -> tuple[Rows, int]:
        """The negatives in a language, each as `topic * P + passage`, and how many pairs the margin refused."""
        pool = np.flatnonzero(self.indexed.passage_language == code)
        is_own = self.indexed.query_language[self.asked] == code
        pairs, refused = [np.zeros(0, np.int64)], 0
        for queries, count in ((is_own, request.own), (~is_own, request.foreign)):
            if count and queries.any():
                search = self._search(np.flatnonzero(queries), pool)
                rows, above = search.nearest(count)
                query, place = np.nonzero(rows >= 0)
                passages = pool[rows[query, place]]
                pairs.append(search.topics[query] * len(self.indexed.passage_language) + passages)
                refused += above
        return np.concatenate(pairs), refused

    def _search(self, queries: Rows, pool: Rows) -> Search:
        """Some of the queries, by their places in `asked`, among the passages in these rows."""
        finder, judge = self.models
        scorer = self._scorer(finder, self.asked[queries], pool)
        topic, passage = self.forbidden
        inside = np.isin(passage, pool)
        shelf = Shelf.of(topic[inside], np.searchsorted(pool, passage[inside]), self.indexed.topic_count)
        return Search(
            scorer=scorer,
            judge=scorer if judge is finder else self._scorer(judge, self.asked[queries], pool),
            limits=torch.from_numpy(self.limits[queries]),
            topics=self.indexed.query_topic[self.asked[queries]],
            forbidden=shelf,
        )

    def _scorer(self, model: EncodedCollection, queries: Rows, pool: Rows) -> Scorer:
        passages = Pool.of(model.passages[pool], np.zeros(len(pool), np.int64), self.tie[pool])
        return Scorer.of(model.queries[queries], passages, None, self.memory)
