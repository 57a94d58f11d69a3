"""Reading run and qrels files as TREC writes them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.indexed import positions
from isoglot.evaluation.trec.columns import LINE, read_columns, wrong_line

RUN_LINE = ("query_id", "Q0", "passage_id", "rank", "score", "tag")
RUN = pa.schema([("query_id", pa.string()), ("passage_id", pa.string()), ("score", pa.float64())])
QRELS_LINE = ("query_id", "iteration", "passage_id", "relevance")
QRELS = pa.schema([("query_id", pa.string()), ("passage_id", pa.string()), ("relevance", pa.int64())])


def read_run(path: Path) -> pa.Table:
    """The passages that a system retrieved for each query, from a file of `query_id Q0 passage_id rank score tag`.

    The rank column is ignored: the scores alone order a run, as in trec_eval (see `gold_ranks_of_run`).

    Args:
        path: the file, gzipped where its name ends in `.gz`.

    Returns:
        Columns `query_id, passage_id, score`, in the order of the file.

    Raises:
        RequestError: the file is missing, empty or cannot be read, or a line is wrong or repeats a passage.
    """
    return _without_repetition(path, read_columns(path, RUN_LINE, RUN))


def read_qrels(path: Path) -> pa.Table:
    """Relevance judgments, from a file of `query_id iteration passage_id relevance`; the iteration is ignored.

    Args:
        path: the file, gzipped where its name ends in `.gz`.

    Returns:
        Columns `query_id, passage_id, relevance`, in the order of the file.

    Raises:
        RequestError: the file is missing, empty or cannot be read, or a line is wrong or repeats a passage.
    """
    return _without_repetition(path, read_columns(path, QRELS_LINE, QRELS))


def _without_repetition(path: Path, table: pa.Table) -> pa.Table:
    query, passage = (positions(table[name], pc.unique(table[name])) for name in ("query_id", "passage_id"))
    pair = query * len(table) + passage
    if len(first := np.unique(pair, return_index=True)[1]) < len(table):
        row = int(np.setdiff1d(np.arange(len(table)), first)[0])
        ids = f"passage {table['passage_id'][row].as_py()!r} of query {table['query_id'][row].as_py()!r}"
        raise wrong_line(path, table[LINE][row], f"repeats {ids}; keep one line of it")
    return table.drop_columns(LINE)
