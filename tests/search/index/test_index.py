"""Indexing again brings an index to what its source holds, and encodes only what changed."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.debias import Correction, load_correction, save_correction
from isoglot.models.debias.correction import RoleCorrection
from isoglot.models.encode import encode
from isoglot.models.static import static_encoder
from isoglot.search.build import Summary, add_documents, delete_documents, delete_source
from isoglot.search.documents import Document, Skipped
from isoglot.search.store.alone import BusyError, alone
from isoglot.search.store.store import Store

Index = Callable[..., Summary]


def document(name: str, text: str = "the river", **fields: object) -> Document:
    return Document(document_id=name, text=text, **{"language": "en", **fields})


def held(folder: Path) -> dict[str, str]:
    """The texts of passages by their ids."""
    columns = ("passage_id", "text")
    return {
        row["passage_id"]: row["text"] for batch in Store.open(folder).batches(columns) for row in batch.to_pylist()
    }


def counts(summary: Summary) -> tuple[int, int, int, int]:
    told = summary.changes
    return told.added, len(told.replaced), len(told.deleted), told.unchanged


def test_only_what_changed_is_encoded(index: Index, encoded: list[str], tmp_path: Path) -> None:
    assert counts(index([document("a", "one"), document("b", "two"), document("c", "three")])) == (3, 0, 0, 0)
    encoded.clear()
    version = Store.open(tmp_path / "out").version
    assert counts(index([document("a", "one"), document("b", "two"), document("c", "three")])) == (0, 0, 0, 3)
    assert Store.open(tmp_path / "out").version == version
    assert counts(index([document("a", "one"), document("b", "2"), document("d", "four")])) == (1, 1, 1, 1)
    assert sorted(encoded) == ["2", "four"]
    assert held(tmp_path / "out") == {"a:0": "one", "b:0": "2", "d:0": "four"}


def test_every_field_of_a_document_counts_as_a_change(index: Index) -> None:
    index([document("a")])
    changed = [{"title": "t"}, {"language": "de"}, {"source": "s"}, {"metadata": {"year": 1}}, {"sections": (4,)}]
    for fields in changed:
        assert counts(index([document("a", **fields)])) == (0, 1, 0, 0)
        assert counts(index([document("a", **fields)])) == (0, 0, 0, 1)


def test_a_document_that_becomes_shorter_leaves_no_passage_behind(index: Index, tmp_path: Path) -> None:
    index([document("a", "one. " * 100), document("b")], passage_characters=60)
    assert len(held(tmp_path / "out")) > 5
    index([document("a", "one."), document("b")])
    assert held(tmp_path / "out") == {"a:0": "one.", "b:0": "the river"}


def test_what_is_out_of_reach_stays_and_what_is_gone_goes(index: Index, tmp_path: Path) -> None:
    names = ("docs/a.txt", "docs/b.txt", "docs/b.txt.txt", "docs/closed/c.txt", "docs/closed.txt")
    index([document(name) for name in names])
    left_out = [Skipped(name, "cannot be read", is_out_of_reach=True) for name in ("docs/b.txt", "docs/closed")]
    junk = Skipped("docs/closed.txt", "is of a kind that is not read")
    assert counts(index([document("docs/a.txt"), *left_out, junk])) == (0, 0, 2, 1)
    assert set(held(tmp_path / "out")) == {"docs/a.txt:0", "docs/b.txt:0", "docs/closed/c.txt:0"}


def test_sources_live_side_by_side(index: Index, tmp_path: Path) -> None:
    index([document("a"), document("b")], origin="first")
    assert counts(index([document("c")], origin="second")) == (1, 0, 0, 0)
    assert counts(index([document("a")], origin="first")) == (0, 0, 1, 1)
    assert set(held(tmp_path / "out")) == {"a:0", "c:0"}
    with pytest.raises(RequestError, match="'c' of first is in the index already and came from second"):
        index([document("a"), document("c")], origin="first")
    delete_source(tmp_path / "out", "second")
    assert counts(index([document("a"), document("c")], origin="first")) == (1, 0, 0, 1)
    with pytest.raises(RequestError, match="no document that came from second"):
        delete_source(tmp_path / "out", "second")


def test_documents_are_added_and_deleted_alone(index: Index, model: SentenceTransformer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    index([document("a"), document("b")])
    assert counts(add_documents(out, [document("x", "one"), document("y")], model)) == (2, 0, 0, 0)
    assert counts(add_documents(out, [document("x", "two")], model)) == (0, 1, 0, 0)
    assert held(out) == {"a:0": "the river", "b:0": "the river", "x:0": "two", "y:0": "the river"}
    with pytest.raises(RequestError, match="'a' of a document added alone is in the index already and came from here"):
        add_documents(out, [document("a")], model)
    assert counts(index([document("a"), document("b")])) == (0, 0, 0, 2)
    with pytest.raises(RequestError, match="no document 'z' nor 1 more"):
        delete_documents(out, ["a", "z", "q"])
    delete_documents(out, ["a", "x"])
    assert set(held(out)) == {"b:0", "y:0"}
    assert counts(index([document("a"), document("b")])) == (1, 0, 0, 1)


def test_vectors_are_those_of_title_and_text(index: Index, model: SentenceTransformer, tmp_path: Path) -> None:
    index([document("a", "the river", title="Danube"), document("b", "der Fluss")], passage_prompt="P: ")
    model.prompts["document"] = "P: "
    expected = encode(model, ["Danube\nthe river", "der Fluss"], "passage")
    del model.prompts["document"]
    (batch,) = Store.open(tmp_path / "out").batches(["passage_id", "vector"])
    found = dict(zip(batch["passage_id"].to_pylist(), batch["vector"].to_pylist(), strict=True))
    np.testing.assert_allclose([found["a:0"], found["b:0"]], expected, atol=1e-6)


def test_a_correction_of_the_model_is_applied_by_language(
    index: Index, model: SentenceTransformer, tmp_path: Path
) -> None:
    folder = tmp_path / "corrected"
    model.save_pretrained(str(folder))
    removed = np.zeros((3, 1, model.get_embedding_dimension()), np.float32)
    removed[0, 0, 0], removed[1, 0, 1] = 0.5, -0.5
    role = RoleCorrection(("de", "en"), (1, 1), removed)
    save_correction(Correction("centre", role, role, "tiny"), folder)
    index([document("a", "Fluss", language="de"), document("b", "river")], model=str(folder))
    correction = load_correction(folder)
    assert correction is not None
    expected = correction.apply(encode(model, ["Fluss", "river"], "passage"), ["de", "en"], "passage")
    (batch,) = Store.open(tmp_path / "out").batches(["passage_id", "vector"])
    found = dict(zip(batch["passage_id"].to_pylist(), batch["vector"].to_pylist(), strict=True))
    np.testing.assert_allclose([found["a:0"], found["b:0"]], expected, atol=1e-6)
    (folder / "debias.safetensors").unlink()
    with pytest.raises(RequestError, match="made with correction"):
        index([document("a")], model=str(folder))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"query_prompt": "Q: "}, "made with query prompt '' and not 'Q: '"),
        ({"passage_prompt": "P: "}, "made with passage prompt '' and not 'P: '"),
        ({"passage_characters": 500}, "made with passage characters 1000 and not 500"),
    ],
)
def test_other_settings_are_refused(options: dict[str, object], said: str, index: Index) -> None:
    index([document("a")])
    with pytest.raises(RequestError, match=said):
        index([document("a")], **options)


def test_settings_that_are_not_given_are_those_of_the_index(index: Index) -> None:
    index([document("a")], query_prompt="Q: ", passage_characters=500)
    assert counts(index([document("a")], model=None)) == (0, 0, 0, 1)


def test_another_model_is_refused(index: Index, model_folder: Path, tmp_path: Path) -> None:
    index([document("a")])
    static_encoder(["another one"], 1).save_pretrained(str(tmp_path / "other"))
    with pytest.raises(RequestError, match=r"another model.*fingerprint"):
        index([document("a")], model=str(tmp_path / "other"))


def test_a_new_index_needs_a_model(index: Index, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="name one with --model"):
        index([document("a")], model=None)
    assert not (tmp_path / "out").exists()


def test_a_source_without_documents_is_refused_and_changes_nothing(index: Index, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(RequestError, match="holds no documents"):
        index(empty)
    (empty / "junk.txt").write_bytes(b"\0\1")
    with pytest.raises(RequestError, match=r"nothing in .* can be read: empty/junk.txt: is binary"):
        index(empty)
    assert not (tmp_path / "out").exists()


def test_an_id_that_repeats_is_left_out(index: Index, tmp_path: Path) -> None:
    summary = index([document("a", "one"), document("a", "two")])
    assert held(tmp_path / "out") == {"a:0": "one"}
    assert summary.changes.skipped_count == 1


def test_a_second_writer_is_told_to_wait(index: Index, tmp_path: Path) -> None:
    index([document("a")])
    with alone(tmp_path / "out"), pytest.raises(BusyError, match="being written by another process"):
        delete_documents(tmp_path / "out", ["a"])
    delete_documents(tmp_path / "out", ["a"])


def test_a_folder_that_holds_something_else_is_left_alone(index: Index, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear")
    with pytest.raises(RequestError, match="exists and holds no index"):
        index([document("a")])
    (tmp_path / "file").write_text("x")
    with pytest.raises(RequestError, match="there is a file"), alone(tmp_path / "file"):
        pass


def test_a_full_disk_while_reading_leaves_the_old_state(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index([document("a")])
    full = partial(Path("/dev/full").open, "wb")
    monkeypatch.setattr("isoglot.search.build.spool.tempfile.TemporaryFile", lambda **_: full())
    with pytest.raises(IsoglotError, match=r"as it was before.*No space left on device"):
        index([document("a"), document("b")])
    assert held(tmp_path / "out") == {"a:0": "the river"}


def test_the_summary_counts_languages_and_uncertainty(index: Index) -> None:
    german = document("d", "Der lange Fluss endet nach vielen Windungen im Meer.", language=None)
    summary = index([document("a"), german, document("n", "12345 67", language=None)])
    lines = "\n".join(summary.lines)
    assert summary.changes.languages.passages == {"en": 1, "de": 1, "und": 1}
    assert "detected for 2 of 3 passages" in lines
    assert "1 (50.0%) are uncertain" in lines
    assert "12345 67" in lines


def test_other_languages_to_choose_from_detect_again(index: Index, tmp_path: Path) -> None:
    documents = [document("a", "de la", language=None), document("b")]
    index(documents)
    assert counts(index(documents, languages=("es", "fr"))) == (0, 1, 0, 1)


def test_rows_hold_what_the_document_says(index: Index, tmp_path: Path) -> None:
    index([document("a", "x" * 30, title="T", source="S", metadata={"year": 7, "b": [1]})])
    (batch,) = Store.open(tmp_path / "out").batches(["title", "source", "origin", "metadata", "language_confidence"])
    (row,) = batch.to_pylist()
    assert json.loads(row.pop("metadata")) == {"year": 7, "b": [1]}
    assert row == {"title": "T", "source": "S", "origin": "here", "language_confidence": 1.0}
