"""Passages on their way out.

LanceDB can add, replace and delete in one version, but reads the whole table into memory for it. Adding and replacing
takes no more memory than what is added. So a change replaces the passages that go by rows that say so, which no reader
is shown, and deletes those afterwards: in the version between, the change is already whole.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

GONE_NUMBER = -1
THERE, GONE = f"number > {GONE_NUMBER}", f"number = {GONE_NUMBER}"
ROWS = 8_192


def gone_rows(passage_ids: Iterable[str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Rows that stand in the place of these passages."""
    ids = list(passage_ids)
    for start in range(0, len(ids), ROWS):
        yield _batch(ids[start : start + ROWS], schema)


def _batch(ids: list[str], schema: pa.Schema) -> pa.RecordBatch:
    dimensions = schema.field("vector").type.list_size
    zeros = pa.array(np.zeros(len(ids) * dimensions, np.float32))
    columns = {
        "passage_id": pa.array(ids),
        "number": pa.array([GONE_NUMBER] * len(ids), pa.int32()),
        "language_confidence": pa.array([0.0] * len(ids), pa.float32()),
        "vector": pa.FixedSizeListArray.from_arrays(zeros, dimensions),
    }
    blank = pa.array([""] * len(ids))
    return pa.RecordBatch.from_arrays([columns.get(name, blank) for name in schema.names], schema=schema)
