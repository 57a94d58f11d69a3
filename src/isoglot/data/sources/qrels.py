"""Judgments as text: TREC's four columns (topic, iteration, passage, relevance) or BEIR's three below a header.

In both, the topic is the first column, and passage and relevance are the last two.
"""

from pathlib import Path

import pyarrow as pa

from isoglot.data.collection import QRELS
from isoglot.errors import RequestError

HEADER = "query-id"


def read_columns(path: Path, counts: range, shape: str) -> list[tuple[int, list[str]]]:
    """The lines of a tab-separated file as (line number from 1, columns); blank lines are passed over.

    Raises:
        RequestError: the file is missing or no UTF-8, or a line has not as many columns as `counts` allows.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise RequestError(f"{path} cannot be read ({type(problem).__name__}); check the path.") from problem
    rows = [(number, line.rstrip("\r").split("\t")) for number, line in enumerate(lines, start=1) if line.strip()]
    for number, columns in rows:
        if len(columns) not in counts:
            raise RequestError(f"{path} line {number} has {len(columns)} columns; write {shape}, tabs between them.")
    return rows


def read_qrels(path: Path) -> pa.Table:
    """Read the judgments of a file, those of relevance 0 too.

    Returns:
        A table with the columns of `QRELS`.

    Raises:
        RequestError: the file is missing or a line has another shape.
    """
    topics, passages, relevance = [], [], []
    for number, columns in read_columns(path, range(3, 5), "topic, iteration, passage and relevance"):
        if number == 1 and columns[0] == HEADER:
            continue
        topics.append(columns[0])
        passages.append(columns[-2])
        relevance.append(_whole(columns[-1], path, number))
    return pa.table([topics, passages, pa.array(relevance, pa.int32())], schema=QRELS)


def _whole(value: str, path: Path, number: int) -> int:
    try:
        return pa.scalar(int(value), pa.int32()).as_py()
    except (ValueError, OverflowError) as problem:
        raise RequestError(f"{path} line {number} has the relevance {value!r}; write 0, 1 or more.") from problem
