"""Encoding Parquet files of any size on a cluster, into parts that are named by their content.

The unit of work is a row group. Its part is there once its file is, under a name that model, role, prompt, length, ids
and texts decide: whoever writes it, and however often, it is one file; what is there is not encoded again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.models.encode import encode, space_key
from isoglot.models.roles import Role
from isoglot.scale.data import Rows, SentModel, by_workers

VECTOR = "vector"


@dataclass(frozen=True)
class Columns:
    """The columns of a table: what tells a row, and what is encoded; both of strings."""

    row_id: str = "id"
    text: str = "text"


@dataclass(frozen=True)
class PartEncoder:
    """Encodes row groups, in this process.

    Args:
        model: the encoder.
        role: decides the prompt.
        batch_size: texts encoded together.
        columns: of the files.
        key: what decides the vector of a text.
        out: folder of the parts.
    """

    model: SentenceTransformer
    role: Role
    batch_size: int
    columns: Columns
    key: str
    out: Path

    def encode(self, file: Path, row_group: int) -> tuple[Path, int]:
        """The part of a row group, and how many rows were encoded for it: all, or none where it was there.

        The part has the id and `vector`, float32 of length 1 in a list of fixed size, row by row as in the file.

        Raises:
            RequestError: the file lacks a column, or an id or text is null.
            IsoglotError: a text has a vector that is zero or not finite.
        """
        table = _read(file, row_group, self.columns)
        ids, texts = (table[name].to_pylist() for name in (self.columns.row_id, self.columns.text))
        part = self.out / f"{_digest(self.key, ids, texts)}.parquet"
        if part.exists():
            return part, 0
        vectors = encode(self.model, texts, self.role, batch_size=self.batch_size)
        column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
        partial = part.with_name(f".{part.name}.{uuid4().hex}.partial")
        try:
            pq.write_table(pa.table({self.columns.row_id: table[self.columns.row_id], VECTOR: column}), partial)
            partial.replace(part)
        finally:
            partial.unlink(missing_ok=True)
        return part, len(texts)

    def __call__(self, piece: Rows) -> Rows:
        """What `encode` gives for a piece of `encode_parquet`."""
        part, encoded = self.encode(Path(piece["file"][0]), int(piece["row_group"][0]))
        return {"part": np.array([str(part)]), "encoded": np.array([encoded]), "place": piece["place"]}


def encode_parquet(
    model: SentenceTransformer,
    files: Sequence[Path],
    out: Path,
    role: Role,
    *,
    columns: Columns | None = None,
    batch_size: int = 128,
) -> tuple[list[Path], int]:
    """Encode the text column of Parquet files by the workers of the cluster.

    Args:
        model: the encoder; it is sent to the workers.
        files: Parquet files, under paths that all machines share.
        out: folder of the parts, which all machines share; parts that are there stay.
        role: decides the prompt.
        columns: what tells a row, and what is encoded.
        batch_size: texts encoded together.

    Returns:
        The parts, one per row group, in the order of the files; and how many rows were encoded.

    Raises:
        RequestError: a file is no Parquet file or lacks a column, or an id or text is null.
        IsoglotError: a text has a vector that is zero or not finite.
    """
    columns, out = columns or Columns(), out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    groups = [(str(file.resolve()), group) for file in files for group in range(_row_groups(file, columns))]
    pieces = [{"file": file, "row_group": group, "place": place} for place, (file, group) in enumerate(groups)]
    if not pieces:
        return [], 0
    arguments = (role, batch_size, columns, space_key(model, role).folder_name, out)
    done = sorted(by_workers(PartEncoder, SentModel.of(model), arguments, pieces), key=lambda each: int(each["place"]))
    return [Path(str(each["part"])) for each in done], sum(int(each["encoded"]) for each in done)


def _row_groups(file: Path, columns: Columns) -> int:
    try:
        metadata = pq.read_metadata(file)
    except (OSError, pa.ArrowInvalid) as problem:
        raise RequestError(f"{file} is no Parquet file that can be read: {str(problem).splitlines()[0]}") from problem
    names = metadata.schema.to_arrow_schema().names
    for name in (columns.row_id, columns.text):
        if name not in names:
            raise RequestError(f"{file} has no column {name!r}; it has {', '.join(names)}.")
    return metadata.num_row_groups


def _read(file: Path, row_group: int, columns: Columns) -> pa.Table:
    table = pq.ParquetFile(file).read_row_group(row_group, columns=[columns.row_id, columns.text])
    for name in (columns.row_id, columns.text):
        if table[name].null_count:
            raise RequestError(f"row group {row_group} of {file} has a null {name!r}; give each row an id and a text.")
    return table


def _digest(key: str, ids: list[object], texts: list[str]) -> str:
    found = blake2b(key.encode(), digest_size=16)
    for value in (value for row in zip(ids, texts, strict=True) for value in row):
        content = str(value).encode()
        found.update(len(content).to_bytes(8, "little") + content)
    return found.hexdigest()
