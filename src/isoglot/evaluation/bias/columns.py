"""Every measure of language bias of every query: the columns that the per-query table and all means are made from."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from isoglot.data.indexed import Indexed
from isoglot.errors import IsoglotError
from isoglot.evaluation.bias.correlation import mean_rank_correlation
from isoglot.evaluation.bias.distance import rank_distance, worst_rank
from isoglot.evaluation.bias.limited_gold import limited_gold
from isoglot.evaluation.bias.peer import JudgedRanks, is_informative, peer
from isoglot.evaluation.bias.preference import language_preference, preference_by_chance
from isoglot.evaluation.bias.shares import language_shares, own_language, pool_shares
from isoglot.evaluation.measures import parse
from isoglot.evaluation.ranks import Golds
from isoglot.evaluation.settings import GoldRanks

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

AVERAGE_PRECISION = parse("AP")


def bias_columns(indexed: Indexed, golds: Golds, counts: Integers, top: Integers) -> dict[str, Floats]:
    """Every measure of language bias of every query that has a relevant passage.

    Args:
        indexed: the collection.
        golds: its relevant passages, G rows.
        counts: their outrank counts, shape [G, L].
        top: rows of the best k passages of the whole pool for each query, best first, -1 where there is none,
            shape [Q, k]; of the same ranking as `counts`.

    Returns:
        By name (see docs/bias.md), one value per query of `settings.multilingual(...).queries`; NaN where a measure
        cannot be computed.

    Raises:
        IsoglotError: `top` and `counts` are not of one ranking.
    """
    rank = counts.sum(axis=1) + 1
    judged = judged_ranks(indexed, golds, rank, top)
    ranks, own = _ranked(indexed, golds, rank)
    by_query = _of_lists(indexed, judged, top)
    return {**_of_golds(ranks, own, len(indexed.passage_language)),
            **{name: values[ranks.queries] for name, values in by_query.items()}}  # fmt: skip


def judged_ranks(indexed: Indexed, golds: Golds, rank: Integers, top: Integers) -> JudgedRanks:
    """All relevant passages and the non-relevant ones among the first k.

    Args:
        indexed: the collection.
        golds: its relevant passages, G rows.
        rank: their ranks in the pool, shape [G].
        top: rows of the best k passages for each query, shape [Q, k].

    Raises:
        IsoglotError: a relevant passage does not stand in `top` where its rank says.
    """
    listed = rank <= top.shape[1]
    query, place = golds.query[listed], rank[listed] - 1
    if not np.array_equal(top[query, place], golds.passage[listed]):
        raise IsoglotError("The first k passages do not agree with the outrank counts; take both from one ranking.")
    other = top >= 0
    other[query, place] = False
    other_query, other_place = np.nonzero(other)
    passage = np.concatenate([golds.passage, top[other]])
    return JudgedRanks(
        np.concatenate([golds.query, other_query]),
        indexed.passage_language[passage],
        np.concatenate([golds.relevance, np.zeros(len(other_query), np.int64)]),
        np.concatenate([rank, other_place + 1]),
        query_count=len(top),
        language_count=len(indexed.languages),
    )


def _ranked(indexed: Indexed, golds: Golds, rank: Integers) -> tuple[GoldRanks, NDArray[np.bool_]]:
    """Ranks in the pool, ascending within a query, and which of them are in the query's own language."""
    order = np.argsort(golds.query * (rank.max(initial=0) + 1) + rank, kind="stable")
    own = indexed.passage_language[golds.passage] == indexed.query_language[golds.query]
    return GoldRanks(golds.query[order], rank[order], golds.relevance[order]), own[order]


def _of_golds(ranks: GoldRanks, own: NDArray[np.bool_], pool_size: int) -> dict[str, Floats]:
    """The measures that gold ranks suffice for."""
    distance, worst = rank_distance(ranks), worst_rank(ranks)
    precision = AVERAGE_PRECISION(ranks)
    without_own, without_other = limited_gold(ranks, own)
    return {
        "RD": distance,
        "RD / pool": distance / pool_size,
        "worst rank": worst,
        "worst rank / pool": worst / pool_size,
        "LPR": language_preference(ranks, own),
        "LPR by chance": preference_by_chance(ranks, own),
        "AP without own-language gold": without_own,
        "AP without another gold": without_other,
        "AP drop, own-language gold": precision - without_own,
        "AP drop, another gold": precision - without_other,
    }


def _of_lists(indexed: Indexed, judged: JudgedRanks, top: Integers) -> dict[str, Floats]:
    """The measures of the first k passages, for all queries of the collection."""
    k, language = top.shape[1], indexed.query_language
    shares = language_shares(top, indexed.passage_language, len(indexed.languages))
    own, in_pool = own_language(shares, pool_shares(indexed.passage_language, len(indexed.languages)), language)
    return {
        f"PEER@{k}": _peer(judged, 0, k),
        f"PEER of relevant@{k}": _peer(replace(judged, relevance=np.minimum(judged.relevance, 1)), 1, k),
        f"MRC@{k}": mean_rank_correlation(top, indexed.query_topic, language),
        f"own-language share@{k}": own,
        "own-language pool share": in_pool,
        f"own-language share@{k} / pool": own / in_pool,
        f"own-language share@{k} - pool": own - in_pool,
    }


def _peer(judged: JudgedRanks, level: int, k: int) -> Floats:
    """PEER of one level; NaN where it is a constant."""
    informative = is_informative(judged, level, k)
    if not informative.any():
        return np.full(judged.query_count, np.nan)
    return np.where(informative, peer(judged, k, {level: 1.0}), np.nan)
