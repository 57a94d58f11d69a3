"""Ranking on a cluster: a shard of the passages per task, and the sum of what they found."""

from isoglot.evaluation.ranks import MEMORY, Golds, Integers, Pool, Ranking
from isoglot.evaluation.ranks.pool import Vectors
from isoglot.evaluation.ranks.shards import Spread, rank_in_shards
from isoglot.scale.tasks import on_each, processors

# Shards per processor: the last one to finish then holds the others up less.
SHARDS = 2


def rank_on_ray(
    queries: Vectors,
    pool: Pool,
    golds: Golds,
    language_count: int,
    *,
    exclusions: tuple[Integers, Integers] | None = None,
    top: int = 0,
    memory: int = MEMORY,
) -> Ranking:
    """What `isoglot.evaluation.ranks.rank` finds, to the last bit, by the workers of the cluster.

    The arguments are those of `rank`; `memory` bounds each worker.

    Raises:
        IsoglotError: see `rank`.
    """
    spread = Spread(SHARDS * processors(), on_each)
    return rank_in_shards(
        queries, pool, golds, language_count, exclusions=exclusions, top=top, memory=memory, spread=spread
    )
