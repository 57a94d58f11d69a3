"""Writing run and qrels files that trec_eval and what descends from it read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.evaluation.trec.read import QRELS
from isoglot.files import beside

# What readers in C or Python split at; an id that holds any would become two columns.
BROKEN = r"^$|[\s\v\x1c-\x1f\x{85}\p{Z}]"
LINES = 2**20  # lines that are written at a time


def write_run(
    path: Path,
    query_ids: Sequence[str],
    passage_ids: Sequence[str],
    top: NDArray[np.integer],
    scores: NDArray[np.floating],
    tag: str = "isoglot",
) -> None:
    """Write the best passages of each query, so that every reader puts them in the order of `top`.

    trec_eval keeps scores in single precision and orders equal ones by passage id. So scores are written in single
    precision, and one that is not below the score before it is lowered to the next number that is.

    Args:
        path: the file, gzipped where its name ends in `.gz`.
        query_ids: one per row of `top`, Q.
        passage_ids: one per passage, which `top` points into.
        top: rows of the best passages, best first, -1 after the last, shape [Q, k].
        scores: their scores, finite and never rising along a row, shape [Q, k].
        tag: the name of the system.

    Raises:
        RequestError: an id or the tag is empty or holds white space.
        ValueError: `top` or `scores` is not as described.
    """
    queries, passages, tags = (pa.array(words, pa.string()) for words in (query_ids, passage_ids, [tag]))
    for kind, words in (("query id", queries), ("passage id", passages), ("tag", tags)):
        _check_words(kind, words)
    step = max(1, LINES // max(1, top.shape[1]))
    with _new_file(path) as file:
        for start in range(0, len(top), step):
            part = top[start : start + step]
            lowered = strictly_descending(part, scores[start : start + step])
            row, place = np.nonzero(part >= 0)
            score = pc.cast(pa.array(lowered[row, place]), pa.string())
            rank = pc.cast(pa.array(place + 1), pa.string())
            _write_lines(file, queries.take(row + start), "Q0", passages.take(part[row, place]), rank, score, tag)


def write_qrels(path: Path, qrels: pa.Table) -> None:
    """Write judgments, such as those of `qrels_of`.

    Args:
        path: the file, gzipped where its name ends in `.gz`.
        qrels: columns `query_id, passage_id, relevance`.

    Raises:
        RequestError: an id is empty or holds white space.
    """
    _check_words("query id", qrels["query_id"])
    _check_words("passage id", qrels["passage_id"])
    with _new_file(path) as file:
        for part in qrels.to_batches(max_chunksize=LINES):
            _write_lines(file, part["query_id"], "0", part["passage_id"], pc.cast(part["relevance"], pa.string()))


def qrels_of(collection: Collection) -> pa.Table:
    """The judgments of every query, which are those of its topic: columns `query_id, passage_id, relevance`."""
    queries = collection.queries.select(["query_id", "topic_id"])
    joined = queries.join(collection.qrels, "topic_id", join_type="inner")
    return joined.select(QRELS.names).cast(QRELS).sort_by([("query_id", "ascending"), ("passage_id", "ascending")])


def strictly_descending(top: NDArray[np.integer], scores: NDArray[np.floating]) -> NDArray[np.float32]:
    """The scores in single precision, each lowered where needed to stand below the one before it in its row."""
    filled, lowered = top >= 0, scores.astype(np.float32)
    if np.any(filled[:, 1:] & ~filled[:, :-1]):
        raise ValueError("top must hold -1 only after the last passage of a row.")
    if np.any(filled[:, 1:] & (lowered[:, 1:] > lowered[:, :-1])):
        raise ValueError("scores must not rise along a row; give the best passage first.")
    for place in range(1, lowered.shape[1]):
        below = np.nextafter(lowered[:, place - 1], np.float32(-np.inf))
        lowered[:, place] = np.minimum(lowered[:, place], below)
    if not np.all(np.isfinite(lowered[filled])):
        raise ValueError("scores must be finite numbers of single precision.")
    return lowered


def _check_words(kind: str, words: pa.Array | pa.ChunkedArray) -> None:
    broken = words.filter(pc.match_substring_regex(words, BROKEN))
    if len(broken):
        raise RequestError(f"The {kind} {broken[0].as_py()!r} is empty or holds white space, which TREC files cannot.")


@contextmanager
def _new_file(path: Path) -> Iterator[Any]:
    """A binary stream, gzipped where the name says so, that stands at `path` only once it is complete."""
    temporary = beside(path)
    try:
        with pa.output_stream(temporary, compression="gzip" if path.suffix == ".gz" else None) as file:
            yield file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_lines(file: Any, *columns: pa.Array | str) -> None:
    lines = pc.binary_join_element_wise(*columns, " ").to_pylist()
    file.write("".join(f"{line}\n" for line in lines).encode())
