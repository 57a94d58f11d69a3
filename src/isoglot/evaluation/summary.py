"""Means over the per-query table: by setting, by language and by pair."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isoglot.evaluation.measures import Measure, macro_mean
from isoglot.evaluation.per_query import RANK_DISTANCE

SETTINGS = ("monolingual", "cross-lingual", "multilingual")
Scores = dict[str, float]


def summarise(table: pa.Table, measures: Sequence[Measure], bias: dict[str, Any]) -> dict[str, Any]:
    """The means that `scores.json` holds, beside those of `bias` (see `isoglot.evaluation.bias.bias_scores`).

    Every language counts the same in a setting: means are taken over the queries of a language (of a pair, in the
    cross-lingual setting), then over the languages (pairs). A setting that no query is in has no scores, and where no
    query has two relevant passages there is no rank distance.
    """
    names = [measure.name for measure in measures]
    by_setting = {setting: table.filter(pc.equal(table["setting"], setting)) for setting in (*SETTINGS, "pool")}
    multilingual = by_setting["multilingual"]
    pools = {
        pool: _macro(by_setting["pool"].filter(pc.equal(by_setting["pool"]["passage_language"], pool)),
                     [*names, RANK_DISTANCE])
        for pool in pc.unique(by_setting["pool"]["passage_language"]).to_pylist()
    }  # fmt: skip
    return {
        "settings": {setting: _macro(by_setting[setting], names) for setting in SETTINGS},
        "bias": bias,
        "pools": pools,
        "languages": _by_language(by_setting, names),
        "pairs": _by_pair(pa.concat_tables([by_setting["monolingual"], by_setting["cross-lingual"]]), names),
        "counts": {
            "topics": len(pc.unique(multilingual["topic_id"])),
            "queries": multilingual.num_rows,
            "queries_with_rank_distance": multilingual.num_rows - multilingual[RANK_DISTANCE].null_count,
            "monolingual_languages": len(_by_pair(by_setting["monolingual"], names)),
            "cross_lingual_pairs": len(_by_pair(by_setting["cross-lingual"], names)),
        },
    }


def _macro(table: pa.Table, names: Sequence[str]) -> Scores:
    """Mean over the (query, passage language) groups of each column that has a value."""
    pairs = pc.binary_join_element_wise(table["query_language"], table["passage_language"], "->")
    coded = pairs.combine_chunks().dictionary_encode()
    sorted_place = np.unique(coded.dictionary.to_numpy(zero_copy_only=False).astype(str), return_inverse=True)[1]
    groups = sorted_place[coded.indices.to_numpy()]
    columns = {name: table[name].to_numpy() for name in names}
    known = {name: ~np.isnan(values) for name, values in columns.items()}
    return {name: macro_mean(columns[name][known[name]], groups[known[name]]) for name in names if known[name].any()}


def _by_language(by_setting: dict[str, pa.Table], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By query language: each setting's scores, and the rank distance in the pool."""
    languages = sorted(pc.unique(by_setting["multilingual"]["query_language"]).to_pylist())
    result: dict[str, dict[str, Any]] = {}
    for language in languages:
        own = {
            setting: by_setting[setting].filter(pc.equal(by_setting[setting]["query_language"], language))
            for setting in SETTINGS
        }
        result[language] = {
            **{setting: _macro(own[setting], names) for setting in SETTINGS},
            **_macro(own["multilingual"], [RANK_DISTANCE]),
        }
    return result


def _by_pair(table: pa.Table, names: Sequence[str]) -> dict[str, Scores]:
    """By "query language->passage language": plain means over the pair's queries."""
    grouped = table.group_by(["query_language", "passage_language"]).aggregate([(name, "mean") for name in names])
    rows = grouped.sort_by([("query_language", "ascending"), ("passage_language", "ascending")]).to_pylist()
    return {
        f"{row['query_language']}->{row['passage_language']}": {name: row[f"{name}_mean"] for name in names}
        for row in rows
    }
