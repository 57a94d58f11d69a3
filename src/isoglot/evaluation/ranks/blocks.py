"""Scores of queries and passages in blocks that fit a bound on memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from isoglot.errors import IsoglotError
from isoglot.evaluation.ranks.golds import Integers
from isoglot.evaluation.ranks.pool import Pool, Vectors, spans
from isoglot.evaluation.ranks.scores import exact_products, on_grid, product, stripes

# One cell of a block at its dearest, when every score ties: scores, a copy, comparisons, positions of 8 bytes.
CELL_BYTES = 64
# Pairs scored exactly at a time; their vectors then stay in the processor's cache.
PAIRS = 512
# Vectors of a block at most: with fewer queries to a block the matrix product would be slower.
CHUNK = 4096


@dataclass(frozen=True)
class Block:
    """The scores of some queries with some passages of one language.

    Args:
        span: which of the given queries these are.
        query_rows: their rows, shape [q].
        language: language code of the passages.
        passage_rows: rows of the passages, shape [n].
        scores: float32, minus infinity for an excluded passage, shape [q, n].
    """

    span: slice
    query_rows: Tensor
    language: int
    passage_rows: Tensor
    scores: Tensor


@dataclass(frozen=True)
class Scorer:
    """Queries against a pool.

    Args:
        queries: vectors on the grid, shape [Q, d].
        pool: the passages.
        excluded_query: with `excluded_passage`, the pairs that are never ranked, each of shape [E].
        excluded_passage: see above.
        memory: bound in bytes on what is held at a time (one query and passage at least).
    """

    queries: Tensor
    pool: Pool
    excluded_query: Tensor
    excluded_passage: Tensor
    memory: int

    @classmethod
    def of(cls, queries: Vectors, pool: Pool, exclusions: tuple[Integers, Integers] | None, memory: int) -> "Scorer":
        """A scorer from arrays, on the device of the queries.

        Raises:
            IsoglotError: queries and passages differ in dimensions.
        """
        queries = torch.as_tensor(queries)
        if queries.shape[1] != pool.vectors.shape[1]:
            raise IsoglotError(
                f"Queries have {queries.shape[1]} dimensions and passages {pool.vectors.shape[1]}; "
                "encode both with one model."
            )
        none = np.zeros(0, np.int64)
        query, passage = (torch.as_tensor(rows, device=queries.device) for rows in exclusions or (none, none))
        rows = torch.arange(len(queries), device=queries.device)
        return cls(on_grid(queries, rows, "query"), pool.on(queries.device), query, passage, memory)

    @property
    def device(self) -> torch.device:
        """Where scores are computed: the device of the queries."""
        return self.queries.device

    @property
    def dimensions(self) -> int:
        """Of the vectors, d."""
        return self.queries.shape[1]

    def blocks(self, query_rows: Tensor) -> Iterator[Block]:
        """Every one of these queries with every passage, once."""
        for language, rows in self.pool.chunks(min(CHUNK, self.memory // (12 * self.dimensions))):
            place, section_rows = self.pool.sections_of(rows)
            passages = stripes(on_grid(self.pool.take(section_rows), section_rows, "passage"))
            size = self.memory // 2 // (CELL_BYTES * len(section_rows) + 8 * self.dimensions)
            for span in spans(len(query_rows), size):
                scores = product(stripes(self.queries[query_rows[span]]), passages)
                scores = self.pool.best_section(scores, place, len(rows))
                self._exclude(scores, query_rows[span], rows)
                yield Block(span, query_rows[span], language, rows, scores)

    def exact(self, query_rows: Tensor, passage_rows: Tensor) -> Tensor:
        """The exact scores of (query, passage) pairs, float64, shape [n]."""
        pair, section_rows = self.pool.sections_of(passage_rows)
        scores = torch.empty(len(pair), dtype=torch.float64, device=self.device)
        for span in spans(len(pair), PAIRS):
            passages = on_grid(self.pool.take(section_rows[span]), section_rows[span], "passage")
            scores[span] = exact_products(self.queries[query_rows[pair[span]]], passages)
        return self.pool.best_section(scores, pair, len(passage_rows))

    def _exclude(self, scores: Tensor, query_rows: Tensor, passage_rows: Tensor) -> None:
        inside = torch.isin(self.excluded_query, query_rows) & torch.isin(self.excluded_passage, passage_rows)
        for query, passage in zip(self.excluded_query[inside], self.excluded_passage[inside], strict=True):
            cell = torch.nonzero(query_rows == query), torch.nonzero(passage_rows == passage)
            scores[cell] = -torch.inf
