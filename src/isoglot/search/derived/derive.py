"""Derives from a version of the store what answers; it can be made again at any time."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from isoglot.models.lexical import Lexicon
from isoglot.search.derived.about import ABOUT_FILE, About, BlockAbout
from isoglot.search.derived.derived import LEXICON_FOLDER, codes_file
from isoglot.search.derived.measure import EXACT, Measured, measure, pool_recall, sample_rows
from isoglot.search.derived.rows import VECTORS_FILE, read_array, texts_file, write_rows
from isoglot.search.scan import can_quantise, quantise
from isoglot.search.scan.exact import Floats, Rows
from isoglot.search.store.store import Store

# Fewer passages are compared one by one in some 10 ms on two cores.
EXACT_BELOW = 50_000
# The passages of a language with fewer are compared as fast exactly.
SMALLEST_QUANTISED = 4_096


def derive(store: Store, folder: Path, exact_below: int = EXACT_BELOW) -> None:
    """Write everything that answers from this version of the store.

    Args:
        store: the passages.
        folder: is there once all is written, and stays as it is where it is there before.
        exact_below: an index of fewer passages is scanned exactly.

    Raises:
        OSError: it cannot be written.
    """
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        _write(store, partial, exact_below)
        if not folder.exists():  # another process may have been as fast
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(store: Store, folder: Path, exact_below: int) -> None:
    counts, documents = write_rows(store, folder)
    count = sum(counts.values())
    vectors = read_array(folder / VECTORS_FILE, np.float32, (count, store.settings.dimensions))
    parts = np.split(vectors, np.cumsum(list(counts.values()))[:-1]) if counts else []
    Lexicon(_texts(folder, len(counts))).save(folder / LEXICON_FOLDER)
    measured, questions = _scans(parts, folder, exact_below)
    blocks = [
        BlockAbout(
            language=language,
            passages=passages,
            scan="quantised" if scan.scored else "exact",
            scored=scan.scored,
            recall=scan.recall,
        )
        for (language, passages), scan in zip(counts.items(), measured, strict=True)
    ]
    about = About(
        version=store.version,
        settings=store.settings,
        documents=documents,
        blocks=tuple(blocks),
        recall=pool_recall(measured, _starts(parts)) if questions else 1.0,
        recall_questions=questions,
    )
    (folder / ABOUT_FILE).write_text(about.model_dump_json(indent=2), encoding="utf-8")


def _scans(parts: Sequence[Floats], folder: Path, exact_below: int) -> tuple[list[Measured], int]:
    """How each language is scanned, and on how many questions that was measured; writes the quantised vectors."""
    count = sum(map(len, parts))
    if count < exact_below or not can_quantise(parts[0].shape[1]):
        return [EXACT] * len(parts), 0
    rows = sample_rows(count)
    queries = _taken(parts, rows)
    measured = []
    for number, (part, start) in enumerate(zip(parts, _starts(parts), strict=True)):
        quantised = quantise(part) if len(part) >= min(SMALLEST_QUANTISED, exact_below) else None
        measured.append(measure(part, quantised, queries, rows - start))
        if quantised is not None and measured[-1].scored:
            quantised.save(codes_file(folder, number))
    return measured, len(rows)


def _starts(parts: Sequence[Floats]) -> list[int]:
    return [0, *np.cumsum([len(part) for part in parts])[:-1].tolist()]


def _taken(parts: Sequence[Floats], rows: Rows) -> Floats:
    """Rows, ascending, of the parts one below the other."""
    starts = _starts(parts)
    own = [
        rows[(rows >= start) & (rows < start + len(part))] - start for part, start in zip(parts, starts, strict=True)
    ]
    return np.concatenate([part[each] for part, each in zip(parts, own, strict=True)])


def _texts(folder: Path, blocks: int) -> Iterator[str]:
    """Title and text of every passage, in the order of the rows."""
    for block in range(blocks):
        with pa.memory_map(str(texts_file(folder, block))) as source:
            file = pa.ipc.open_file(source)
            for number in range(file.num_record_batches):
                batch = file.get_batch(number)
                for title, text in zip(batch["title"].to_pylist(), batch["text"].to_pylist(), strict=True):
                    yield f"{title} {text}" if title else text
