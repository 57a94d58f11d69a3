"""Scores of queries and passages in blocks that fit a bound on memory."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock

import numpy as np
import torch
from torch import Tensor

from isoglot.errors import IsoglotError
from isoglot.evaluation.ranks.golds import Integers
from isoglot.evaluation.ranks.pool import Pool, Vectors, evenly, spans
from isoglot.evaluation.ranks.scores import exact_products, on_grid, product, stripes
from isoglot.evaluation.ranks.threads import Rooms, one_ahead, run_through, working_threads

# One cell of a block at its dearest, when every score ties: scores, a copy, comparisons, positions of 8 bytes.
CELL_BYTES = 112
# Pairs scored exactly at a time; their vectors then stay in the processor's cache.
PAIRS = 512
# Vectors of a block at most: with fewer queries to a block the matrix product would be slower.
CHUNK = 2048
# Chunks that are worked on at a time: threads then need not wait for each other at the end of each.
CHUNKS_AT_ONCE = 3


@dataclass(frozen=True)
class Block:
    """The scores of some queries with some passages of one language.

    Args:
        span: which of the given queries these are.
        query_rows: their rows, shape [q].
        language: language code of the passages.
        passage_rows: rows of the passages, shape [n].
        scores: float32, minus infinity for an excluded passage, shape [q, n].
        room: float32 to work in, one-dimensional, as many as there are scores at least.
    """

    span: slice
    query_rows: Tensor
    language: int
    passage_rows: Tensor
    scores: Tensor
    room: Tensor


@dataclass(frozen=True)
class Part:
    """Some of the queries.

    Args:
        span: which.
        in_work: held by the thread that works on them.
    """

    span: slice
    in_work: Lock


@dataclass(frozen=True)
class Chunk:
    """Passages of one language that are scored together.

    Args:
        language: language code.
        rows: rows of the passages, shape [n].
        place: for each section, the place of its passage among these, shape [s].
        stripes: of the sections' vectors on the grid.
    """

    language: int
    rows: Tensor
    place: Tensor
    stripes: list[Tensor]


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

    def each_block(self, query_rows: Tensor, work: Callable[[Block], None]) -> None:
        """Do some work on every one of these queries with every passage, once.

        Several blocks are worked on at the same time; no two of these have a query in common.
        """
        with working_threads(self.device) as (threads, count):
            parts, rooms = self._parts(len(query_rows), count), Rooms(count, self.device)
            chunks = (threads.submit(self._chunk, *passages) for passages in self._passages())
            run_through(
                (
                    [threads.submit(self._work_on, chunk, query_rows, part, rooms, work) for part in parts]
                    for chunk in one_ahead(chunks)
                ),
                at_once=CHUNKS_AT_ONCE,
            )

    def _passages(self) -> Iterator[tuple[int, Tensor]]:
        """Language and rows of the passages of each chunk: so many that half the memory holds them and the others."""
        held = 4 * self.dimensions * (CHUNKS_AT_ONCE + 3)  # copies are made of the one that is begun
        return self.pool.chunks(min(CHUNK, self.memory // 2 // held))

    def _parts(self, queries: int, threads: int) -> list[Part]:
        """The queries in parts whose blocks, one of each thread at a time, fit half the memory."""
        widest = max((self.pool.section_count(rows) for _, rows in self._passages()), default=1)
        most = self.memory // (2 * threads) // (CELL_BYTES * widest + 8 * self.dimensions)
        return [Part(span, Lock()) for span in spans(queries, evenly(queries, max(1, most), threads))]

    def _chunk(self, language: int, rows: Tensor) -> Chunk:
        place, section_rows = self.pool.sections_of(rows)
        vectors = on_grid(self.pool.take(section_rows), section_rows, "passage")
        return Chunk(language, rows, place, stripes(vectors))

    def _work_on(
        self, begun: Future[Chunk], query_rows: Tensor, part: Part, rooms: Rooms, work: Callable[[Block], None]
    ) -> None:
        chunk, queries = begun.result(), query_rows[part.span]
        with part.in_work, rooms.of_shape(len(queries), len(chunk.place)) as (scores, room):
            product(stripes(self.queries[queries]), chunk.stripes, scores, room)
            best = self.pool.best_section(scores, chunk.place, len(chunk.rows))
            self._exclude(best, queries, chunk.rows)
            work(Block(part.span, queries, chunk.language, chunk.rows, best, room.view(-1)))

    def exact(self, query_rows: Tensor, passage_rows: Tensor) -> Tensor:
        """The exact scores of (query, passage) pairs, float64, shape [n]."""
        pair, section_rows = self.pool.sections_of(passage_rows)
        scores = torch.empty(len(pair), dtype=torch.float64, device=self.device)
        for some in torch.argsort(section_rows).split(PAIRS):  # the pairs of one passage together
            rows, place = torch.unique_consecutive(section_rows[some], return_inverse=True)
            passages = on_grid(self.pool.take(rows), rows, "passage")[place]
            scores[some] = exact_products(self.queries[query_rows[pair[some]]], passages)
        return self.pool.best_section(scores, pair, len(passage_rows))

    def exact_by_all_threads(self, query_rows: Tensor, passage_rows: Tensor) -> Tensor:
        """The same, for many pairs; not to be called from one of the threads that work on blocks."""
        with working_threads(self.device) as (threads, count):
            parts = spans(len(query_rows), -(-len(query_rows) // count))
            found = threads.map(lambda part: self.exact(query_rows[part], passage_rows[part]), parts)
            return torch.cat([torch.empty(0, dtype=torch.float64, device=self.device), *found])

    def _exclude(self, scores: Tensor, query_rows: Tensor, passage_rows: Tensor) -> None:
        inside = torch.isin(self.excluded_query, query_rows) & torch.isin(self.excluded_passage, passage_rows)
        for query, passage in zip(self.excluded_query[inside], self.excluded_passage[inside], strict=True):
            cell = torch.nonzero(query_rows == query), torch.nonzero(passage_rows == passage)
            scores[cell] = -torch.inf
