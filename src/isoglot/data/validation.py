"""What must hold of a collection's tables; every error names the table, the row and the value."""

from collections.abc import Callable
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.languages import language_problem
from isoglot.errors import RequestError

PAIR = "\x1f"  # stands in no id
BATCH_ROWS = 100_000


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


def validate(name: str, queries: pa.Table, passages: pa.Table, qrels: pa.Table, exclusions: pa.Table) -> None:
    """Raise RequestError for the first row that breaks a rule of the collection `name`."""
    tables = {"queries": queries, "passages": passages, "qrels": qrels, "exclusions": exclusions}
    for label, table in tables.items():
        if table.num_rows == 0 and label != "exclusions":
            raise RequestError(f"{name}: the table {label} is empty; a collection needs at least one row in each.")
    _no_blank(name, tables)
    for label, column in (("queries", "query_id"), ("passages", "passage_id")):
        _no_duplicates(f"{name}: {label}", column, tables[label][column])
    for label in ("queries", "passages"):
        _languages(f"{name}: {label}", tables[label]["language"])
    _no_text(f"{name}: queries", queries.select(["text"]))
    _no_text(f"{name}: passages", passages.select(["title", "text"]))
    for label, kind, verb in (("qrels", "judgment", "judges"), ("exclusions", "exclusion", "excludes")):
        for column, target in (("topic_id", "queries"), ("passage_id", "passages")):
            _no_dangling(f"{name}: {label}", verb, tables[label][column], column, tables[target][column], target)
        _no_duplicates(f"{name}: {label}", kind, _pairs(tables[label]))
    _no_relevant_exclusion(f"{name}: exclusions", exclusions, qrels)


def _no_text(label: str, texts: pa.Table) -> None:
    """Refuse a row that has neither of the texts an encoder reads, batch by batch: blanks are trimmed copies."""
    start = 0
    for batch in texts.to_batches(max_chunksize=BATCH_ROWS):
        row = pc.index(reduce(pc.and_, map(_is_blank, batch.columns)), True).as_py()
        if row >= 0:
            raise RequestError(f"{label} row {start + row} has empty text; drop the row or fill it.")
        start += batch.num_rows


def _pairs(table: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(table["topic_id"], table["passage_id"], PAIR)


def _no_relevant_exclusion(label: str, exclusions: pa.Table, qrels: pa.Table) -> None:
    relevant = _pairs(qrels.filter(pc.greater(qrels["relevance"], 0)))
    row = pc.index(pc.is_in(_pairs(exclusions), relevant.combine_chunks()), True).as_py()
    if row >= 0:
        topic, passage = exclusions["topic_id"][row].as_py(), exclusions["passage_id"][row].as_py()
        raise RequestError(f"{label} row {row} excludes {passage!r}, which is relevant to {topic!r}; drop one of both.")


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
        ("exclusions", ("topic_id", "passage_id")),
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
    shown = " -> ".join(value.split(PAIR))
    raise RequestError(f"{label} row {row} repeats the {kind} {shown!r} of row {first}; make it unique.")


def _no_dangling(label: str, verb: str, ids: pa.ChunkedArray, column: str, known: pa.ChunkedArray, target: str) -> None:
    row = pc.index(pc.invert(pc.is_in(ids, known)), True).as_py() if len(ids) else -1
    if row >= 0:
        raise RequestError(f"{label} row {row} {verb} the {column} {ids[row].as_py()!r}, which {target} does not hold.")
