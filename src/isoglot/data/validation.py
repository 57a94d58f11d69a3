"""What must hold of a collection's tables; every error names the table, the row and the value."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.languages import language_problem
from isoglot.errors import RequestError


def table_of(label: str, rows: list[dict], schema: pa.Schema) -> pa.Table:
    """Turn rows into a table, or raise RequestError for the first value that is not of its column's type."""
    try:
        table = pa.Table.from_pylist(rows, schema=schema)
    except (ValueError, TypeError, OverflowError) as problem:
        raise _misfit(label, rows, schema) from problem
    relevance = [row["relevance"] for row in rows if "relevance" in schema.names]
    if relevance and table["relevance"].to_pylist() != relevance:  # Arrow silently cuts 0.5 to 0
        raise _misfit(label, rows, schema)
    return table


def _misfit(label: str, rows: list[dict], schema: pa.Schema) -> RequestError:
    row, field = next(
        (row, field)
        for row, values in enumerate(rows)
        for field in schema
        if not _fits(values.get(field.name), field.type)
    )
    return RequestError(f"{label} row {row} has the {field.name} {rows[row][field.name]!r}, which is no {field.type}.")


def _fits(value: Any, kind: pa.DataType) -> bool:
    try:
        return pa.scalar(value, kind).as_py() == value
    except (ValueError, TypeError, OverflowError):
        return False


def validate(name: str, queries: pa.Table, passages: pa.Table, qrels: pa.Table) -> None:
    """Raise RequestError for the first row that breaks a rule of the collection `name`."""
    tables = {"queries": queries, "passages": passages, "qrels": qrels}
    for label, table in tables.items():
        if table.num_rows == 0:
            raise RequestError(f"{name}: the table {label} is empty; a collection needs at least one row in each.")
    _no_blank(name, tables)
    for label, column in (("queries", "query_id"), ("passages", "passage_id")):
        _no_duplicates(f"{name}: {label}", column, tables[label][column])
    for label in ("queries", "passages"):
        _languages(f"{name}: {label}", tables[label]["language"])
        _reject(f"{name}: {label}", tables[label]["text"], _is_blank, "has empty text; drop the row or fill it")
    _no_dangling(name, qrels, "topic_id", queries["topic_id"], "queries")
    _no_dangling(name, qrels, "passage_id", passages["passage_id"], "passages")
    _no_duplicates(f"{name}: qrels", "judgment", pc.binary_join_element_wise(
        qrels["topic_id"], qrels["passage_id"], "\x1f"))  # fmt: skip


def _is_blank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(pc.fill_null(column, ""))), 0)


def _is_blank_but_given(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.and_(pc.is_valid(column), _is_blank(column))


def _reject(
    label: str, column: pa.ChunkedArray, test: Callable[[pa.ChunkedArray], pa.ChunkedArray], problem: str
) -> None:
    row = pc.index(test(column), True).as_py()
    if row >= 0:
        raise RequestError(f"{label} row {row} {problem}.")


def _no_blank(name: str, tables: dict[str, pa.Table]) -> None:
    for label, columns in (
        ("queries", ("query_id", "topic_id")),
        ("passages", ("passage_id",)),
        ("qrels", ("topic_id", "passage_id")),
    ):
        for column in columns:
            _reject(f"{name}: {label}", tables[label][column], _is_blank, f"has no {column}; every row needs one")
    _reject(
        f"{name}: passages",
        tables["passages"]["parallel_id"],
        _is_blank_but_given,
        "has a blank parallel_id; write null where there is none",
    )
    _reject(f"{name}: qrels", tables["qrels"]["relevance"], pc.is_null, "has no relevance; write 0, 1 or more")
    _reject(f"{name}: qrels", tables["qrels"]["relevance"], _is_negative, "has a relevance below 0; write 0, 1 or more")


def _is_negative(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.less(column, 0)


def _languages(label: str, column: pa.ChunkedArray) -> None:
    for code in pc.unique(column).to_pylist():
        problem = language_problem(code) if code else "language is missing; give every row a BCP-47 code"
        if problem:
            row = pc.index(pc.fill_null(column, ""), code or "").as_py()
            raise RequestError(f"{label} row {row}: {problem}.")


def _no_duplicates(label: str, kind: str, column: pa.ChunkedArray) -> None:
    counts = pc.value_counts(column)
    twice = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if len(twice) == 0:
        return
    value = twice[0].as_py()
    first = pc.index(column, value).as_py()
    row = pc.index(column.slice(first + 1), value).as_py() + first + 1
    shown = " -> ".join(value.split("\x1f"))
    raise RequestError(f"{label} row {row} repeats the {kind} {shown!r} of row {first}; make it unique.")


def _no_dangling(name: str, qrels: pa.Table, column: str, known: pa.ChunkedArray, target: str) -> None:
    missing = pc.invert(pc.is_in(qrels[column], pc.unique(known)))
    row = pc.index(missing, True).as_py()
    if row >= 0:
        value = qrels[column][row].as_py()
        raise RequestError(f"{name}: qrels row {row} judges the {column} {value!r}, which {target} does not hold.")
