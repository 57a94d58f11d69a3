"""Parquet files into parts named by their content: once each, whoever dies, and the same as by hand."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sentence_transformers import SentenceTransformer

from isoglot.errors import RequestError
from isoglot.models.encode import encode, space_key
from toys import all_texts

pytest.importorskip("isoglot.scale.cluster", reason="needs the extra scale: Ray is not installed", exc_type=ImportError)

from isoglot.scale.tables import Columns, PartEncoder, encode_parquet

TEXTS = all_texts(20, ("en", "de"))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two files of two and three row groups."""
    table = pa.table({"id": [f"p{row}" for row in range(80)], "text": TEXTS, "year": list(range(80))})
    paths = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    pq.write_table(table.slice(0, 32), paths[0], row_group_size=16)
    pq.write_table(table.slice(32), paths[1], row_group_size=16)
    return paths


def test_workers_write_the_parts_that_are_missing_and_no_others(
    cluster: str, model: SentenceTransformer, files: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "parts"
    out.mkdir()
    alone = PartEncoder(model, "passage", 8, Columns(), space_key(model, "passage").folder_name, out)
    first, encoded = alone.encode(files[0], 1)
    assert (encoded, alone.encode(files[0], 1)) == (16, (first, 0))
    written = first.stat().st_mtime_ns

    parts, encoded = encode_parquet(model, files, out, "passage", batch_size=8)
    assert (len(parts), parts[1], encoded, sorted(out.iterdir())) == (5, first, 64, sorted(parts))
    assert first.stat().st_mtime_ns == written
    found = pa.concat_tables(map(pq.read_table, parts))
    assert found["id"].to_pylist() == [f"p{row}" for row in range(80)]
    rounds = [encode(model, TEXTS[row : row + 16], "passage", batch_size=8) for row in range(0, 80, 16)]
    np.testing.assert_array_equal(np.stack(found["vector"].to_numpy()), np.concatenate(rounds))


def test_another_id_text_or_model_is_another_part(model: SentenceTransformer, tmp_path: Path) -> None:
    names = set()
    for ids, texts, key in ((["a"], ["b"], "k"), (["c"], ["b"], "k"), (["a"], ["c"], "k"), (["a"], ["b"], "l")):
        pq.write_table(pa.table({"id": ids, "text": texts}), tmp_path / "table.parquet")
        encoder = PartEncoder(model, "passage", 8, Columns(), key, tmp_path)
        names.add(encoder.encode(tmp_path / "table.parquet", 0)[0].name)
    assert len(names) == 4


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
