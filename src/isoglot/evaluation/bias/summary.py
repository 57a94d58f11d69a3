"""Means of the bias measures, and the language x language matrices: what `scores.json` holds about bias."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isoglot.data.indexed import Indexed
from isoglot.evaluation.bias.gold_matrix import mean_gold_ranks
from isoglot.evaluation.bias.shares import language_shares, make_up, pool_shares
from isoglot.evaluation.ranks import Golds

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Matrix = dict[str, dict[str, float]]

MEDIANS = ("RD", "worst rank")


def bias_scores(
    indexed: Indexed, golds: Golds, counts: Integers, top: Integers, columns: Mapping[str, Floats]
) -> dict[str, Any]:
    """The language bias of a retriever, ready for JSON.

    Every language counts the same: means (medians, in the names that end so) are taken over the queries of a language
    and then averaged over the languages. What cannot be computed is absent.

    Args:
        indexed: the collection.
        golds: its relevant passages, G rows.
        counts: their outrank counts, shape [G, L].
        top: rows of the best k passages of the whole pool for each query, shape [Q, k].
        columns: the measures of each query, by `bias_columns` on the same arguments.

    Returns:
        A float by measure; under "queries" from how many queries each comes; under "languages" the floats by query
        language; under "matrices" the mean gold rank in the pool and the make-up of the first k
        (`{"en": {"de": 12.3}}`, query language first), and the make-up of the pool by passage language.
    """
    groups = by_language(indexed.query_language[np.unique(golds.query)], columns, len(indexed.languages))
    scores = {name: float(np.nanmean(values)) for name, values in groups.items() if not np.isnan(values).all()}
    languages = {
        language: {name: float(values[code]) for name, values in groups.items() if not np.isnan(values[code])}
        for code, language in enumerate(indexed.languages)
    }
    return {
        **scores,
        "queries": {name: int(np.count_nonzero(~np.isnan(values))) for name, values in columns.items()},
        "languages": {language: own for language, own in languages.items() if own},
        "matrices": matrices(indexed, golds, counts, top),
    }


def by_language(language: Integers, columns: Mapping[str, Floats], language_count: int) -> dict[str, Floats]:
    """Means over the queries of each language of all columns, and medians of some.

    Args:
        language: language code of each query, shape [n].
        columns: values of each query, NaN where absent, each of shape [n].
        language_count: number of languages L.

    Returns:
        By name, one value per language, shape [L]; NaN where no query has one.

    >>> by_language(np.array([0, 0, 0, 1]), {"RD": np.array([1.0, 9.0, 2.0, np.nan])}, language_count=2)
    {'RD': array([ 4., nan]), 'RD median': array([ 2., nan])}
    """
    result = {}
    for name, values in columns.items():
        result[name] = _means(values, language, language_count)
        if name in MEDIANS:
            result[f"{name} median"] = _medians(values, language, language_count)
    return result


def matrices(indexed: Indexed, golds: Golds, counts: Integers, top: Integers) -> dict[str, Any]:
    """The tables by query language and passage language, as nested dictionaries without absent cells."""
    names, count = indexed.languages, len(indexed.languages)
    asked, answered = indexed.query_language[golds.query], indexed.passage_language[golds.passage]
    ranks = mean_gold_ranks(asked, answered, counts.sum(axis=1) + 1, count)
    shares = make_up(language_shares(top, indexed.passage_language, count), indexed.query_language)
    return {
        "mean gold rank": _nested(ranks, names),
        f"make-up@{top.shape[1]}": _nested(shares, names),
        "make-up of the pool": _row(pool_shares(indexed.passage_language, count), names),
    }


def _means(values: Floats, language: Integers, language_count: int) -> Floats:
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        total = np.bincount(language[known], values[known], language_count)
        return total / np.bincount(language[known], minlength=language_count)


def _medians(values: Floats, language: Integers, language_count: int) -> Floats:
    known = ~np.isnan(values)
    groups = [values[known & (language == code)] for code in range(language_count)]
    return np.array([np.median(group) if len(group) else np.nan for group in groups])


def _nested(matrix: Floats, names: list[str]) -> Matrix:
    rows = {name: _row(row, names) for name, row in zip(names, matrix, strict=True)}
    return {name: row for name, row in rows.items() if row}


def _row(values: Floats, names: list[str]) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True) if not np.isnan(value)}
