"""Rows with the vectors of their passages."""

import pyarrow as pa

from isoglot.search.build.encoder import Encoder
from isoglot.search.build.spool import Spool
from isoglot.search.passages import encoder_text


def encode_rows(texts: Spool, rows: Spool, encoder: Encoder, *, progress: bool) -> None:
    """Write every row of `texts` into `rows`, with its vector."""
    if encoder.fill is not None:
        encoder.fill_store([text for batch in texts for text in _read(batch)], progress=progress)
    for batch in texts:
        rows.write(_with_vectors(batch, rows.schema, encoder, progress))


def _with_vectors(batch: pa.RecordBatch, schema: pa.Schema, encoder: Encoder, progress: bool) -> pa.RecordBatch:
    vectors = encoder.vectors(_read(batch), batch["language"].to_pylist(), progress=progress)
    column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    return pa.RecordBatch.from_arrays([*batch.columns, column], schema=schema)


def _read(batch: pa.RecordBatch) -> list[str]:
    """What the encoder reads of each row."""
    titles, texts = (batch[column].to_pylist() for column in ("title", "text"))
    return [encoder_text(title, text) for title, text in zip(titles, texts, strict=True)]
