"""Large corpora through Arrow: JSON lines and Parquet to a table of passages, no Python row in between.

What is held is the Arrow table itself: a file at a time is parsed, in blocks, and added to it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.parquet as pq

from isoglot.data.collection import PASSAGES
from isoglot.data.sources.jsonl import read_lines
from isoglot.errors import RequestError

BLOCK_BYTES = 1 << 22  # a line must fit into one block


class Fields(NamedTuple):
    """What a corpus calls its columns; `title` is None where it has none."""

    id: str
    title: str | None
    text: str

    @property
    def names(self) -> list[str]:
        """The columns to read."""
        return [name for name in self if name]


def read_passages(files: Sequence[Path], fields: Fields, language: str) -> tuple[pa.Table, tuple[str, ...]]:
    """Read the passages of one language from several files, in order.

    Args:
        files: `.jsonl`, `.jsonl.gz` or `.parquet` files.
        fields: names of their columns; other columns are passed over.
        language: language of all passages.

    Returns:
        A table with the columns of `PASSAGES`, and a note where passages without any text were left out.

    Raises:
        RequestError: a file is missing or malformed; the sentence names file, line and field.
    """
    batches: list[pa.RecordBatch] = []
    blank = 0
    for file in files:
        for batch in _batches(file, fields):
            has_text = _has_text(batch, fields)
            blank += has_text.false_count
            batches.append(_passages(batch.filter(has_text) if has_text.false_count else batch, fields, language))
    notes = (f"{blank:,} passages without any text were left out.",) if blank else ()
    return pa.Table.from_batches(batches, PASSAGES), notes


def _batches(file: Path, fields: Fields) -> Iterator[pa.RecordBatch]:
    """Batches of a file whose ids and texts are all there."""
    if not file.is_file():
        raise RequestError(f"{file} does not exist; check the path.")
    read = _read_parquet if file.suffix == ".parquet" else _read_lines
    try:
        table = read(file, fields)
        table.validate(full=True)  # Arrow's parser lets bytes through that are not UTF-8
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise _fault(file, fields, str(problem)) from problem
    missing = [name for name in (fields.id, fields.text) if table[name].null_count]
    if missing:
        raise _fault(file, fields, f"a row has no {missing[0]}")
    yield from table.to_batches()


def _read_lines(file: Path, fields: Fields) -> pa.Table:
    schema = pa.schema([(name, pa.string()) for name in fields.names])
    return pj.read_json(
        file,
        read_options=pj.ReadOptions(block_size=BLOCK_BYTES),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )


def _read_parquet(file: Path, fields: Fields) -> pa.Table:
    found = pq.read_schema(file).names
    missing = [name for name in fields.names if name not in found]
    if missing:
        raise ValueError(f"it has the columns {', '.join(found)} but no {missing[0]}")
    return pq.read_table(file, columns=fields.names).cast(pa.schema([(name, pa.string()) for name in fields.names]))


def _fault(file: Path, fields: Fields, problem: str) -> RequestError:
    """The error for a file that Arrow refuses, with the line at fault where there are lines."""
    if file.suffix != ".parquet":
        for number, row in read_lines(file):
            for name in fields.names:
                value = row.get(name, "" if name == fields.title else None)
                if not isinstance(value, str) and not (value is None and name == fields.title):
                    shape = ", ".join(fields.names)
                    return RequestError(f"{file} line {number} has the {name} {value!r:.60}; write {shape} as text.")
    reason = problem.strip().splitlines()[0].rstrip(".")
    return RequestError(f"{file} is no corpus with {', '.join(fields.names)}: {reason}.")


def _has_text(batch: pa.RecordBatch, fields: Fields) -> pa.Array:
    text = pc.match_substring_regex(batch[fields.text], r"\S")
    if fields.title is None:
        return text
    return pc.or_(text, pc.match_substring_regex(pc.fill_null(batch[fields.title], ""), r"\S"))


def _passages(batch: pa.RecordBatch, fields: Fields, language: str) -> pa.RecordBatch:
    rows = batch.num_rows
    title = pc.fill_null(batch[fields.title], "") if fields.title else pa.repeat("", rows)
    columns = [batch[fields.id], pa.nulls(rows, pa.string()), pa.repeat(language, rows), title, batch[fields.text]]
    return pa.record_batch(columns, schema=PASSAGES)
