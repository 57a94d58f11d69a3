"""Parquet files into parts named by their content: once each, whoever dies, and the same as by hand."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.models.encode import encode
from toys import all_texts

pytest.importorskip("isoglot.scale.cluster", reason="needs the extra scale: Ray is not installed", exc_type=ImportError)

from isoglot.scale.tables import Columns, encode_parquet
from scale.deaths import deadly

TEXTS = all_texts(20, ("en", "de"))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two files of two and three row groups."""
    table = pa.table({"id": [f"p{row}" for row in range(80)], "text": TEXTS, "year": list(range(80))})
    paths = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    pq.write_table(table.slice(0, 32), paths[0], row_group_size=16)
    pq.write_table(table.slice(32), paths[1], row_group_size=16)
    return paths


def test_a_killed_worker_loses_nothing_and_nothing_is_encoded_twice(
    cluster: str, model: SentenceTransformer, files: list[Path], tmp_path: Path
) -> None:
    out, dying = tmp_path / "parts", deadly(model, tmp_path / "died", batches=3)
    parts, encoded = encode_parquet(dying, files, out, "passage", batch_size=8)
    assert (tmp_path / "died").exists()
    assert (len(parts), encoded, sorted(out.iterdir())) == (5, 80, sorted(parts))
    found = pa.concat_tables(map(pq.read_table, parts))
    assert found["id"].to_pylist() == [f"p{row}" for row in range(80)]
    expected = np.concatenate(
        [encode(model, TEXTS[row : row + 16], "passage", batch_size=8) for row in range(0, 80, 16)]
    )
    np.testing.assert_array_equal(np.stack(found["vector"].to_numpy()), expected)

    parts[3].unlink()
    assert encode_parquet(dying, files, out, "passage", batch_size=8) == (parts, 16)
    assert sorted(out.iterdir()) == sorted(parts)


@pytest.mark.parametrize(
    ("columns", "said"), [(Columns(text="body"), "no column 'body'"), (Columns(row_id="key"), "no column 'key'")]
)
def test_a_column_that_is_not_there_is_told(
    columns: Columns, said: str, model: SentenceTransformer, files: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match=said):
        encode_parquet(model, files, tmp_path / "parts", "passage", columns=columns)


def test_what_is_no_parquet_file_is_told(model: SentenceTransformer, tmp_path: Path) -> None:
    (tmp_path / "junk.parquet").write_bytes(b"junk")
    with pytest.raises(RequestError, match=r"junk\.parquet is no Parquet file"):
        encode_parquet(model, [tmp_path / "junk.parquet"], tmp_path / "parts", "passage")
