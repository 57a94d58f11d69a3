"""Reading files whose lines are columns between white space, with the line at fault in every error."""

import gzip
import math
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isoglot.errors import RequestError

LINE = "line"
BLOCK = 2**24  # characters that are read at a time


def read_columns(path: Path, names: Sequence[str], schema: pa.Schema) -> pa.Table:
    """Some columns of a file, plain or gzipped; blank lines are passed over.

    Args:
        path: the file.
        names: what the columns of a line are called, in order.
        schema: the columns to keep and their types.

    Returns:
        The columns of `schema` and `line`, the number of each row's line from 1.

    Raises:
        RequestError: the file is missing, empty or cannot be read, or a line is wrong.
    """
    if not path.is_file():
        raise RequestError(f"{path} does not exist; check the path.")
    parts = [_table(path, names, schema, number, block) for number, block in _blocks(path)]
    if not any(map(len, parts)):
        raise RequestError(f"{path} is empty; it should have lines of {', '.join(names)}.")
    return pa.concat_tables(parts)


def wrong_line(path: Path, line: pa.Scalar, problem: str) -> RequestError:
    """The error for one line."""
    return RequestError(f"{path} line {line} {problem}.")


def _blocks(path: Path) -> Iterator[tuple[int, str]]:
    """The text in blocks of whole lines, each with the number of its first line."""
    number, opener = 1, gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig") as file:
            while text := file.read(BLOCK):
                block = text + file.readline()
                yield number, block
                number += block.count("\n")
    except (ValueError, OSError, EOFError, zlib.error) as problem:
        raise RequestError(f"{path} cannot be read after line {number - 1}: {problem}.") from problem


def _table(path: Path, names: Sequence[str], schema: pa.Schema, number: int, block: str) -> pa.Table:
    text = pc.ascii_trim_whitespace(pc.list_flatten(pc.split_pattern(pa.array([block]), "\n")))
    filled = pc.not_equal(text, "")
    lines = pa.array(number + np.flatnonzero(filled))
    words = pc.ascii_split_whitespace(text.filter(filled))
    widths = pc.list_value_length(words).to_numpy()
    wrong = np.flatnonzero(widths != len(names))
    if len(wrong):
        should = f"instead of {len(names)}: {', '.join(names)}"
        raise wrong_line(path, lines[wrong[0]], f"has {widths[wrong[0]]} columns {should}")
    columns = {each.name: _typed(path, each, pc.list_element(words, names.index(each.name)), lines) for each in schema}
    return pa.table({**columns, LINE: lines})


def _typed(path: Path, column: pa.Field, texts: pa.Array, lines: pa.Array) -> pa.Array:
    try:
        values = pc.cast(texts, column.type)
        if not pa.types.is_floating(column.type) or not pc.any(pc.is_nan(values)).as_py():
            return values
    except pa.ArrowInvalid:
        pass
    row = next(row for row, text in enumerate(texts) if not _is_number(text, column.type))
    kind = "number" if pa.types.is_floating(column.type) else "whole number"
    raise wrong_line(path, lines[row], f"has the {column.name} {texts[row].as_py()!r}, which is not a {kind}")


def _is_number(text: pa.Scalar, kind: pa.DataType) -> bool:
    try:
        value = text.cast(kind).as_py()
    except pa.ArrowInvalid:
        return False
    return not math.isnan(value)
