"""The one pass over all scores: outrank counts of every gold, and the best passages of every query."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from isoglot.evaluation.ranks.blocks import Block, Scorer
from isoglot.evaluation.ranks.count import GoldKeys, GoldsByQuery, outranking
from isoglot.evaluation.ranks.golds import Golds, Integers
from isoglot.evaluation.ranks.pool import Pool, Vectors
from isoglot.evaluation.ranks.scores import error_bound
from isoglot.evaluation.ranks.top import SPARE, TopLists, in_order

# Larger blocks leave the processor's caches and are slower.
MEMORY = 512 * 2**20


@dataclass(frozen=True)
class Ranking:
    """What one pass finds.

    Args:
        counts: passages of each language that outrank each gold for its query, shape [G, L].
        top: rows of the best passages of each query that has golds, best first, -1 for none, shape [Q, k].
    """

    counts: Integers
    top: Integers


def rank(
    queries: Vectors,
    pool: Pool,
    golds: Golds,
    language_count: int,
    *,
    exclusions: tuple[Integers, Integers] | None = None,
    top: int = 0,
    memory: int = MEMORY,
) -> Ranking:
    """Rank every gold among the passages of each language.

    A passage outranks a gold when its score (the dot product with the query) is greater, or equal and its `tie` place
    earlier. Scores that float32 cannot tell apart are compared exactly.

    Args:
        queries: vectors of length 1, float32 or bfloat16, array or tensor on any device, shape [Q, d].
        pool: the passages.
        golds: the relevant passages to count for.
        language_count: number of languages L.
        exclusions: rows (queries, passages) of the pairs that are never ranked.
        top: passages per query to list, k.
        memory: bound in bytes on what is held besides the arguments, a float32 copy of the queries and the result.

    Raises:
        IsoglotError: a vector is zero, not finite or longer than 1, or queries and passages differ in dimensions.

    >>> query, passages = np.array([[1.0, 0.0]]), np.array([[0.6, 0.8], [0.8, 0.6], [1.0, 0.0], [0.6, 0.8]])
    >>> golds = Golds(query=np.array([0, 0]), passage=np.array([1, 3]), relevance=np.array([1, 1]))
    >>> ranking = rank(query, Pool.of(passages, np.array([0, 0, 1, 1])), golds, language_count=2, top=2)
    >>> ranking.counts
    array([[0, 1],
           [2, 1]])
    >>> ranking.top
    array([[2, 1]])
    """
    scorer = Scorer.of(queries, pool, exclusions, memory)
    return _rank(scorer, golds, _keys(scorer, golds), language_count, top)


def scores_of(queries: Vectors, pool: Pool, rows: Integers, memory: int = MEMORY) -> NDArray[np.float64]:
    """The exact scores of the listed passages of each query, NaN for row -1, shape [Q, k]."""
    scorer = Scorer.of(queries, pool, None, memory)
    query, place = np.nonzero(rows >= 0)
    scores = np.full(rows.shape, np.nan)
    asked = (torch.as_tensor(each, device=scorer.device) for each in (query, rows[query, place]))
    scores[query, place] = scorer.exact(*asked).cpu().numpy()
    return scores


def gold_keys(queries: Vectors, pool: Pool, golds: Golds, memory: int = MEMORY) -> GoldKeys:
    """What a passage, of this pool or of another shard of the corpus, must beat to outrank each gold of this pool."""
    return _keys(Scorer.of(queries, pool, None, memory), golds)


def outrank_counts(
    queries: Vectors,
    shard: Pool,
    golds: Golds,
    keys: GoldKeys,
    language_count: int,
    *,
    exclusions: tuple[Integers, Integers] | None = None,
    memory: int = MEMORY,
) -> Integers:
    """The counts alone of `rank_shard`, shape [G, L]; counts of disjoint shards add up."""
    return rank_shard(queries, shard, golds, keys, language_count, exclusions=exclusions, memory=memory).counts


def rank_shard(
    queries: Vectors,
    shard: Pool,
    golds: Golds,
    keys: GoldKeys,
    language_count: int,
    *,
    exclusions: tuple[Integers, Integers] | None = None,
    top: int = 0,
    memory: int = MEMORY,
) -> Ranking:
    """What `rank` finds in a shard of a corpus: counts of disjoint shards add up, rows are those of the shard.

    The arguments are those of `rank`; the golds may be in another shard, so their passage rows are not read, and
    `shard.tie` must give places in the whole corpus.
    """
    return _rank(Scorer.of(queries, shard, exclusions, memory), golds, keys, language_count, top)


def _rank(scorer: Scorer, golds: Golds, keys: GoldKeys, language_count: int, top: int) -> Ranking:
    by_query = GoldsByQuery.of(golds, scorer.device)
    lists = TopLists(by_query.query, top + SPARE) if top else None
    counts = _count(scorer, by_query, keys, language_count, lists)
    best = torch.full((len(scorer.queries), top), -1, device=scorer.device)
    if lists:
        best[by_query.query] = in_order(scorer, lists, top)
    return Ranking(counts, best.cpu().numpy())


def _keys(scorer: Scorer, golds: Golds) -> GoldKeys:
    queries, passages = (torch.as_tensor(rows, device=scorer.device) for rows in (golds.query, golds.passage))
    return GoldKeys(scorer.exact_by_all_threads(queries, passages), scorer.pool.tie[passages])


def _count(
    scorer: Scorer, by_query: GoldsByQuery, keys: GoldKeys, language_count: int, lists: TopLists | None
) -> Integers:
    counts = torch.zeros((language_count, len(keys.score)), dtype=torch.long, device=scorer.device)
    bound = error_bound(scorer.dimensions)
    places = 1 + max([0, *(int(ties.max()) for ties in (scorer.pool.tie, keys.tie) if len(ties))])

    def work(block: Block) -> None:
        if lists:
            lists.offer(block)
        ties, queries = scorer.pool.tie[block.passage_rows], by_query[block.span]
        held = torch.zeros(places, dtype=torch.bool, device=scorer.device).index_fill_(0, ties, True)
        for span, gold in queries.equally_many():
            exact = partial(_exact_in, scorer, block.query_rows[span], block.passage_rows)
            found = outranking(block.scores[span], block.room, exact, bound, ties, held, keys[gold])
            counts[block.language, gold] += found

    scorer.each_block(by_query.query, work)
    return counts.T.cpu().numpy()


def _exact_in(scorer: Scorer, queries: Tensor, passages: Tensor, query: Tensor, passage: Tensor) -> Tensor:
    return scorer.exact(queries[query], passages[passage])
