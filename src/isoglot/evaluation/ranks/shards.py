"""Ranking as map and sum: each shard of the passages is ranked by itself, and what was found adds up exactly."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from isoglot.evaluation.ranks.count import GoldKeys
from isoglot.evaluation.ranks.golds import Golds, Integers
from isoglot.evaluation.ranks.pool import Pool, Vectors
from isoglot.evaluation.ranks.rank import MEMORY, Ranking, gold_keys, rank_shard, scores_of


@dataclass(frozen=True)
class Shard:
    """Neighbouring passages of a pool.

    Args:
        pool: the passages, with places among equal scores in the whole pool.
        first: row of the first one in the whole pool.
        excluded: rows (queries, passages of the shard) that are never ranked.
    """

    pool: Pool
    first: int
    excluded: tuple[Integers, Integers]


@dataclass(frozen=True)
class Question:
    """What is asked of every shard; the arguments of `rank` but for the passages.

    Args:
        queries: vectors of length 1, shape [Q, d].
        golds: the relevant passages to count for.
        keys: what a passage must beat to outrank each of them.
        language_count: number of languages L.
        top: passages per query to list.
        memory: bound in bytes on what is held for one shard.
    """

    queries: Vectors
    golds: Golds
    keys: GoldKeys
    language_count: int
    top: int
    memory: int


@dataclass(frozen=True)
class Found:
    """What one shard answers.

    Args:
        counts: passages of each language that outrank each gold, shape [G, L].
        top: rows in the whole pool of the best passages of each query, -1 for none, shape [Q, k].
        scores: their exact scores, minus infinity for none, shape [Q, k].
        tie: their places among those of equal score, shape [Q, k].
    """

    counts: Integers
    top: Integers
    scores: NDArray[np.float64]
    tie: Integers


@dataclass(frozen=True)
class Spread:
    """How a ranking is spread.

    Args:
        shards: parts of the pool, of about equally many passages.
        each: does a work on every shard, here or elsewhere, and gives what each found, in any order.
    """

    shards: int
    each: Callable[[Callable[[Shard], Found], Iterable[Shard]], Iterable[Found]] = map


def rank_in_shards(
    queries: Vectors,
    pool: Pool,
    golds: Golds,
    language_count: int,
    *,
    exclusions: tuple[Integers, Integers] | None = None,
    top: int = 0,
    memory: int = MEMORY,
    spread: Spread,
) -> Ranking:
    """What `rank` finds, to the last bit, by ranking shards of the pool each by itself.

    The arguments are those of `rank`, and how the ranking is spread.

    Raises:
        IsoglotError: see `rank`.
    """
    question = Question(queries, golds, gold_keys(queries, pool, golds, memory), language_count, top, memory)
    return combine(spread.each(partial(find, question), cut(pool, spread.shards, exclusions)), top)


def find(question: Question, shard: Shard) -> Found:
    """The answer of one shard."""
    found = rank_shard(
        question.queries, shard.pool, question.golds, question.keys, question.language_count,
        exclusions=shard.excluded, top=question.top, memory=question.memory,
    )  # fmt: skip
    scores = scores_of(question.queries, shard.pool, found.top, question.memory)
    is_none = found.top < 0
    return Found(
        found.counts,
        top=np.where(is_none, -1, found.top + shard.first),
        scores=np.where(is_none, -np.inf, scores),
        tie=shard.pool.tie.cpu().numpy()[found.top],
    )


def cut(pool: Pool, shards: int, exclusions: tuple[Integers, Integers] | None) -> Iterator[Shard]:
    """The pool in so many parts of about equally many passages; fewer where there are fewer passages."""
    bounds = np.unique(np.linspace(0, len(pool.language), shards + 1).astype(int)).tolist()
    query, passage = exclusions or (np.zeros(0, np.int64), np.zeros(0, np.int64))
    for start, stop in pairwise(bounds):
        inside = (passage >= start) & (passage < stop)
        yield Shard(_part(pool, start, stop), start, (query[inside], passage[inside] - start))


def combine(found: Iterable[Found], top: int) -> Ranking:
    """The ranking of the whole pool from the answers of all its shards."""
    answers = list(found)
    rows, scores, tie = (
        np.concatenate(parts, axis=1)
        for parts in zip(*((each.top, each.scores, each.tie) for each in answers), strict=True)
    )
    order = np.lexsort((tie, -scores))[:, :top]
    return Ranking(np.sum([each.counts for each in answers], axis=0), np.take_along_axis(rows, order, 1))


def _part(pool: Pool, start: int, stop: int) -> Pool:
    """Passages [start, stop), with a copy of their vectors: a view would keep, and be sent with, the whole."""
    first, sections = None, slice(start, stop)
    if pool.first is not None:
        first = pool.first[start : stop + 1] - pool.first[start]
        sections = slice(int(pool.first[start]), int(pool.first[stop]))
    language, tie = pool.language[start:stop].clone(), pool.tie[start:stop].clone()
    return Pool(pool.vectors[sections].clone(), language, tie, first)
