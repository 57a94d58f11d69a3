"""An opened derived index: all arrays memory-mapped, the passages of each language next to each other."""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from isoglot.models.lexical import Lexicon
from isoglot.search.balance.calibrated import Calibration, learn
from isoglot.search.derived.about import ABOUT_FILE, About
from isoglot.search.derived.facets import Facets
from isoglot.search.derived.rows import DOCUMENTS_FILE, TIES_FILE, VECTORS_FILE, read_array, texts_file
from isoglot.search.scan import ExactScan, Found, Quantised, QuantisedScan, Scan, with_cosines
from isoglot.search.scan.exact import Floats, Mask, Rows
from isoglot.search.store.schema import FORMAT

LEXICON_FOLDER = "lexicon"
# One number of so many is read to have all: those of a page of 4 KiB.
TOUCHED = 1024
# numpy parses the heads of its files by Python's own parser, where threads of Python 3.11 can disturb each other
# (SystemError: "AST constructor recursion depth mismatch", CPython issue 106905).
OPENING = Lock()


def codes_file(folder: Path, block: int) -> Path:
    """Where the quantised vectors of a language are."""
    return folder / f"vectors-{block}.tv"


@dataclass(frozen=True)
class Block:
    """The passages of one language, rows [start, stop) of all arrays."""

    language: str
    start: int
    stop: int
    scan: Scan
    texts: pa.Table

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, eq=False)
class Derived:
    """What answers.

    Args:
        folder: where it lies.
        about: what it says about itself.
        blocks: one a language, in the order of the rows.
        vectors: float32 [N, d].
        documents: the number of each passage's document, int32 [N].
        ties: a hash of each passage's id, uint32 [N].
        facets: what passages can be filtered by.
        lexicon: BM25 of all passages.
        each: does a work on every block, one after the other or at the same time, and gives results in their order.
        scored_here: whether this process scores vectors, and not others for it.
    """

    folder: Path
    about: About
    blocks: tuple[Block, ...]
    vectors: Floats
    documents: NDArray[np.int32]
    ties: NDArray[np.uint32]
    facets: Facets
    lexicon: Lexicon
    each: Callable[..., Iterable[Any]] = map
    scored_here: bool = True

    @cached_property
    def starts(self) -> Rows:
        """First row of each block, int64 [L]."""
        return np.array([block.start for block in self.blocks], np.int64)

    @cached_property
    def calibration(self) -> Calibration:
        """Of cosines by language; its samples are read when it is first asked for."""
        return learn([self.vectors[block.start : block.stop] for block in self.blocks])

    def nearest(
        self, parts: Sequence[tuple[Block, Mask | None]], query: Floats, depth: int, least: int = 0
    ) -> list[tuple[Rows, Floats]]:
        """The nearest vectors in each of some blocks, and what else was scored.

        Args:
            parts: the blocks, and which of their vectors may be given; all of them where there is no mask.
            query: of length 1, [d].
            depth: how many of the nearest of each should be among them.
            least: how many to give of each at least, if there are so many.

        Returns:
            Rows of the index and cosines of each block, the nearest first.
        """

        def find(part: tuple[Block, Mask | None]) -> Found:
            block, mask = part
            rows, scores = block.scan.find(query, depth, least, mask)
            return rows + block.start, scores

        return with_cosines(list(self.each(find, parts)), self.vectors, query)

    def blocks_of(self, rows: Rows) -> NDArray[np.int64]:
        """Number of the block of each row."""
        return np.searchsorted(self.starts, rows, side="right") - 1

    def passages(self, rows: Iterable[int]) -> list[dict[str, Any]]:
        """The shown columns of some passages, and their language."""
        return [self._passage(row) for row in rows]

    def warm(self) -> None:
        """Have the vectors in memory, where half of it holds them; else each is read when it is first scored."""
        if self.scored_here and 2 * self.vectors.nbytes <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"):
            self.vectors.ravel()[::TOUCHED].max(initial=0)

    @property
    def vector_bytes(self) -> int:
        """Bytes on disk of the vectors and of all that is kept to scan them."""
        names = [VECTORS_FILE, DOCUMENTS_FILE, TIES_FILE]
        files = [self.folder / name for name in names] + list(self.folder.glob("*.tv"))
        return sum(file.stat().st_size for file in files)

    def _passage(self, row: int) -> dict[str, Any]:
        block = self.blocks[int(self.blocks_of(np.array([row]))[0])]
        found = block.texts.slice(row - block.start, 1).to_pylist()[0]
        return found | {"language": block.language, "metadata": json.loads(found["metadata"])}


def read_derived(folder: Path) -> Derived:
    """Open what `derive` wrote; one thread at a time.

    Raises:
        OSError, ValueError: a file is missing, damaged or of another format (also pyarrow's and pydantic's errors).
    """
    with OPENING:
        return _read(folder)


def _read(folder: Path) -> Derived:
    about = About.model_validate_json((folder / ABOUT_FILE).read_text(encoding="utf-8"))
    if about.format != FORMAT:
        raise ValueError(f"{folder} has format {about.format}")
    count = about.passages
    vectors = read_array(folder / VECTORS_FILE, np.float32, (count, about.settings.dimensions))
    return Derived(
        folder,
        about,
        tuple(_blocks(folder, about, vectors)),
        vectors,
        read_array(folder / DOCUMENTS_FILE, np.int32, (count,)),
        read_array(folder / TIES_FILE, np.uint32, (count,)),
        Facets(folder),
        Lexicon.load(folder / LEXICON_FOLDER),
        _each(about),
    )


def _each(about: About) -> Callable[..., Iterable[Any]]:
    """Quantised scans in threads, since a part of each is one thread's work; exact ones are done sooner without.

    Two a processor: most of the time a thread waits for those of the library that scans.
    """
    if not any(block.scored for block in about.blocks):
        return map
    return ThreadPoolExecutor(2 * (os.cpu_count() or 1), thread_name_prefix="scan").map


def _blocks(folder: Path, about: About, vectors: Floats) -> Iterable[Block]:
    stop = 0
    for number, block in enumerate(about.blocks):
        start, stop = stop, stop + block.passages
        texts = pa.ipc.open_file(pa.memory_map(str(texts_file(folder, number)))).read_all()
        if len(texts) != block.passages:
            raise ValueError(f"{texts_file(folder, number)} is damaged")
        yield Block(block.language, start, stop, _scan(folder, number, block.scored, vectors[start:stop]), texts)


def _scan(folder: Path, number: int, scored: int, vectors: Floats) -> Scan:
    if scored == 0:
        return ExactScan(vectors)
    return QuantisedScan(Quantised.load(codes_file(folder, number), len(vectors)), scored)
