"""A correction beside its model: the same after reading, and no hindrance to sentence-transformers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError
from isoglot.models.debias import FILE, KINDS, Correction, load_correction, save_correction
from isoglot.models.debias.correction import Kind, RoleCorrection
from isoglot.models.static import static_encoder

VECTORS = (np.eye(3) * [[1], [-1], [1]]).astype(np.float32)


def fitted(kind: Kind) -> Correction:
    random = np.random.default_rng(0)
    query = RoleCorrection(("de", "zh-Hant"), (3, 1), random.normal(size=(3, 2, 3)).astype(np.float32))
    passage = RoleCorrection(("en",), (9,), random.normal(size=(2, 2, 3)).astype(np.float32))
    return Correction(kind, query, passage, "a “toy” 集")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_is_what_was_written(kind: Kind, tmp_path: Path) -> None:
    written = fitted(kind)
    save_correction(written, tmp_path)
    read = load_correction(tmp_path)
    assert read is not None
    assert (read.kind, read.collection) == (kind, "a “toy” 集")
    for before, after in ((written.query, read.query), (written.passage, read.passage)):
        assert (after.languages, after.texts) == (before.languages, before.texts)
        assert after.removed.dtype == np.float32
        np.testing.assert_array_equal(after.removed, before.removed)
    for role in ("query", "passage"):
        languages = ["de", "en", "th"]
        np.testing.assert_array_equal(
            read.apply(VECTORS, languages, role), written.apply(VECTORS, languages, role)
        )  # fmt: skip


def test_file_is_the_same_every_time_and_alone(tmp_path: Path) -> None:
    contents = []
    for _ in range(5):
        save_correction(fitted("lir"), tmp_path)
        contents.append((tmp_path / FILE).read_bytes())
    assert len(set(contents)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_model_without_correction_has_none(tmp_path: Path) -> None:
    assert load_correction(tmp_path) is None
    assert load_correction(tmp_path / "no" / "folder") is None


@pytest.mark.parametrize("content", [b"", b"not safetensors", None])
def test_broken_file_is_one_sentence(content: bytes | None, tmp_path: Path) -> None:
    save_correction(fitted("shift"), tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:-40] if content is None else content)
    with pytest.raises(IsoglotError, match=r"debias\.safetensors cannot be read as a correction"):
        load_correction(tmp_path)


def test_safetensors_file_of_something_else_is_no_correction(tmp_path: Path) -> None:
    save_file({"weight": np.zeros(3, np.float32)}, tmp_path / FILE)
    with pytest.raises(IsoglotError, match="cannot be read as a correction"):
        load_correction(tmp_path)


def test_kind_of_another_version_is_not_applied_as_if_it_were_known(tmp_path: Path) -> None:
    save_correction(replace(fitted("centre"), kind="whiten"), tmp_path)  # type: ignore[arg-type]
    with pytest.raises(IsoglotError, match="no correction 'whiten'"):
        load_correction(tmp_path)


def test_folder_with_a_correction_opens_in_sentence_transformers_uncorrected(tmp_path: Path) -> None:
    model = static_encoder(["river Fluss fleuve"] * 3)
    model.save_pretrained(str(tmp_path))
    save_correction(fitted("centre"), tmp_path)
    opened = SentenceTransformer(str(tmp_path))
    np.testing.assert_array_equal(opened.encode(["river"]), model.encode(["river"]))
