"""The table of every query's measures in every setting."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from isoglot.data import Collection
from isoglot.data.indexed import Indexed
from isoglot.evaluation import settings
from isoglot.evaluation.bias import rank_distance
from isoglot.evaluation.measures import Measure
from isoglot.evaluation.ranks import Golds, Integers
from isoglot.evaluation.settings import GoldRanks

ALL = "all"
RANK_DISTANCE = "RD"


def per_query_table(
    collection: Collection,
    indexed: Indexed,
    golds: Golds,
    counts: Integers,
    measures: Sequence[Measure],
    bias: Mapping[str, NDArray[np.float64]],
    pools: Sequence[Sequence[str]] = (),
) -> pa.Table:
    """Every measure of every query in every setting.

    Args:
        collection: gives the ids.
        indexed: its integer view.
        golds: its relevant passages, G rows.
        counts: their outrank counts, shape [G, L].
        measures: the columns to compute.
        bias: columns of the pool of all, one value per query that has a relevant passage, NaN where there is none.
        pools: sub-pools of languages beside the pool of all.

    Returns:
        Columns `setting, query_language, passage_language, query_id, topic_id`, one per measure, and those of `bias`,
        null outside the pool of all (`RD` is also given for sub-pools) and where there is no value. `passage_language`
        of a pool is "all" or its languages joined by "+".
    """
    parts = []
    queries = collection.queries.select(["language", "query_id", "topic_id"])
    for setting, scope, ranks in _scopes(indexed, golds, counts, pools):
        columns = bias if setting == "multilingual" else {}
        if setting == "pool":
            columns = {RANK_DISTANCE: rank_distance(ranks)}
        parts.append(_part(queries.take(ranks.queries), setting, scope, ranks, measures, columns))
    return pa.concat_tables(parts, promote_options="default").combine_chunks()


def _scopes(
    indexed: Indexed, golds: Golds, counts: Integers, pools: Sequence[Sequence[str]]
) -> Iterator[tuple[str, str, GoldRanks]]:
    for language, ranks in settings.monolingual(indexed, golds, counts):
        yield "monolingual", language, ranks
    for (_, passage_language), ranks in settings.cross_lingual(indexed, golds, counts):
        yield "cross-lingual", passage_language, ranks
    yield "multilingual", ALL, settings.multilingual(indexed, golds, counts)
    for languages in pools:
        yield "pool", "+".join(languages), settings.pool(indexed, golds, counts, languages)


def _part(
    queries: pa.Table,
    setting: str,
    scope: str,
    ranks: GoldRanks,
    measures: Sequence[Measure],
    columns: Mapping[str, NDArray[np.float64]],
) -> pa.Table:
    return pa.table(
        {
            "setting": pa.repeat(setting, len(queries)),
            "query_language": queries["language"],
            "passage_language": pa.repeat(scope, len(queries)),
            "query_id": queries["query_id"],
            "topic_id": queries["topic_id"],
            **{measure.name: measure(ranks) for measure in measures},
            **{name: pa.array(values, pa.float64(), from_pandas=True) for name, values in columns.items()},
        }
    )
