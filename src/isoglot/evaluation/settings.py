"""Settings: which passages a query is answered from. A rank is the sum of the outrank counts in scope, plus one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from isoglot.data.indexed import Indexed
from isoglot.errors import RequestError
from isoglot.evaluation.ranks import Golds

Integers = NDArray[np.int64]

# The rank of a relevant passage that a run of limited depth does not hold.
NOT_RETRIEVED = 2**62


@dataclass(frozen=True)
class GoldRanks:
    """Where the relevant passages of each query stand in one scope: all that measures at any depth need.

    Args:
        query: row of the query, ascending, shape [R].
        rank: rank of the relevant passage, from 1, ascending and distinct within a query, shape [R]; `NOT_RETRIEVED`,
            once or more, at the end where the ranking stops before it.
        relevance: its graded relevance, at least 1, shape [R].
    """

    query: Integers
    rank: Integers
    relevance: Integers

    @cached_property
    def queries(self) -> Integers:
        """The rows of the queries that have a relevant passage in scope, ascending, shape [n]."""
        return self.query[self.starts]

    @cached_property
    def starts(self) -> Integers:
        """Where each query's ranks begin, shape [n]."""
        return np.flatnonzero(np.diff(self.query, prepend=-1))

    @cached_property
    def numbers(self) -> Integers:
        """How many relevant passages each query has, shape [n]."""
        return np.diff(self.starts, append=len(self.query))

    @cached_property
    def positions(self) -> Integers:
        """The place of each relevant passage among those of its query, from 1, shape [R]."""
        return np.arange(1, len(self.query) + 1) - np.repeat(self.starts, self.numbers)


def monolingual(indexed: Indexed, golds: Golds, counts: Integers) -> Iterator[tuple[str, GoldRanks]]:
    """Per language: its queries on its own passages."""
    for (language, _), ranks in _pairs(indexed, golds, counts, same_language=True):
        yield language, ranks


def cross_lingual(indexed: Indexed, golds: Golds, counts: Integers) -> Iterator[tuple[tuple[str, str], GoldRanks]]:
    """Per pair of different languages: the queries of the first on the passages of the second."""
    yield from _pairs(indexed, golds, counts, same_language=False)


def multilingual(indexed: Indexed, golds: Golds, counts: Integers) -> GoldRanks:
    """All queries on the passages of all languages."""
    return pool(indexed, golds, counts, indexed.languages)


def pool(indexed: Indexed, golds: Golds, counts: Integers, languages: Iterable[str]) -> GoldRanks:
    """All queries, of whatever language, on the passages of these languages.

    A query none of whose relevant passages is in the pool is left out.

    Args:
        indexed: the collection.
        golds: its relevant passages, G rows.
        counts: their outrank counts, shape [G, L].
        languages: the languages of the pool.

    Raises:
        RequestError: the collection has no passage language of that name.
    """
    codes = sorted({_code(indexed, language) for language in languages})
    inside = np.isin(indexed.passage_language[golds.passage], codes)
    return _gold_ranks(golds, np.flatnonzero(inside), counts[:, codes].sum(axis=1))


def _pairs(
    indexed: Indexed, golds: Golds, counts: Integers, *, same_language: bool
) -> Iterator[tuple[tuple[str, str], GoldRanks]]:
    query_language = indexed.query_language[golds.query]
    passage_language = indexed.passage_language[golds.passage]
    pairs = query_language * len(indexed.languages) + passage_language
    for pair in np.unique(pairs):
        asked, answered = divmod(int(pair), len(indexed.languages))
        if (asked == answered) == same_language:
            ranks = _gold_ranks(golds, np.flatnonzero(pairs == pair), counts[:, answered])
            yield (indexed.languages[asked], indexed.languages[answered]), ranks


def _gold_ranks(golds: Golds, rows: Integers, outranked_by: Integers) -> GoldRanks:
    rank = outranked_by[rows] + 1
    order = np.lexsort((rank, golds.query[rows]))
    rows = rows[order]
    return GoldRanks(golds.query[rows], rank[order], golds.relevance[rows])


def _code(indexed: Indexed, language: str) -> int:
    if language not in indexed.languages:
        raise RequestError(f"The collection has no language {language!r}; it has {', '.join(indexed.languages)}.")
    return indexed.languages.index(language)
