"""The store against a dictionary, and what it refuses."""

import errno
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import lancedb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import stores
from isoglot.errors import IsoglotError, RequestError
from isoglot.search.store.schema import SETTINGS_KEY, Settings, passages_schema
from isoglot.search.store.store import Store

NAMES = st.sampled_from(["a", "b'", 'c"', "d;--", "é\n", "a:0", "\0"])
DOCUMENTS = st.dictionaries(NAMES, st.tuples(st.integers(0, 9).map(lambda each: f"text {each}"), st.integers(1, 3)))


@settings(max_examples=25, deadline=None)
@given(DOCUMENTS, st.lists(st.tuples(DOCUMENTS, st.sets(NAMES)), max_size=4))
def test_commits_are_those_of_a_dictionary(first: stores.State, changes: list[tuple[stores.State, set[str]]]) -> None:
    with TemporaryDirectory() as folder:
        store = Store.create(Path(folder), stores.SETTINGS, [stores.rows(first)])
        expected = dict(first)
        for added, deleted in changes:
            store.commit([stores.rows(added)], sorted({*added, *deleted}))
            expected = {name: each for name, each in expected.items() if name not in deleted} | added
            assert stores.held(store) == expected
        assert stores.held(Store.open(Path(folder))) == expected
        assert store.count == sum(passages for _, passages in expected.values())
        assert Store.open(Path(folder)).settings == stores.SETTINGS


def test_a_version_that_is_open_stays_as_it_is(tmp_path: Path) -> None:
    store = Store.create(tmp_path, stores.SETTINGS, [stores.rows({"a": ("text 1", 2)})])
    reader = Store.open(tmp_path)
    store.commit([stores.rows({"b": ("text 2", 1)})], ["a"])
    assert stores.held(reader) == {"a": ("text 1", 2)}
    assert stores.held(Store.open(tmp_path)) == {"b": ("text 2", 1)}


def test_many_small_changes_are_put_together(tmp_path: Path) -> None:
    store = Store.create(tmp_path, stores.SETTINGS, [stores.rows({"a": ("text 0", 1)})])
    for number in range(70):
        store.commit([stores.rows({f"d{number}": ("text 1", 1)})])
    assert store.count == 71
    fragments = lancedb.connect(tmp_path).open_table("passages").stats()["fragment_stats"]["num_fragments"]
    assert fragments < 10


def test_a_full_disk_leaves_the_old_state(tmp_path: Path) -> None:
    def full() -> Iterator[pa.RecordBatch]:
        yield stores.rows({"b": ("text 2", 3)})
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(IsoglotError, match=r"could not be written and is as it was before.*No space left"):
        Store.create(tmp_path / "new", stores.SETTINGS, full())
    assert not list((tmp_path / "new").iterdir())
    store = Store.create(tmp_path / "old", stores.SETTINGS, [stores.rows({"a": ("text 1", 2)})])
    with pytest.raises(IsoglotError, match=r"as it was before.*No space left"):
        store.commit(full(), ["a"])
    assert stores.held(Store.open(tmp_path / "old")) == {"a": ("text 1", 2)}


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="holds no index; make one"):
        Store.open(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()
    Store.create(tmp_path / "there", stores.SETTINGS, [stores.rows({"a": ("text 1", 2)})])
    with pytest.raises(RequestError, match="holds an index already"):
        Store.create(tmp_path / "there", stores.SETTINGS, [])
    (tmp_path / "damaged" / "passages.lance").mkdir(parents=True)
    with pytest.raises(IsoglotError, match="cannot be opened"):
        Store.open(tmp_path / "damaged")


@pytest.mark.parametrize("metadata", [{}, {SETTINGS_KEY: b"{}"}, {SETTINGS_KEY: b"no json"}])
def test_an_index_of_somebody_else_is_refused(metadata: dict[bytes, bytes], tmp_path: Path) -> None:
    schema = passages_schema(4).with_metadata(metadata)
    lancedb.connect(tmp_path).create_table("passages", schema=schema)
    with pytest.raises(RequestError, match="not made by this version"):
        Store.open(tmp_path)


def test_an_index_of_another_format_is_refused(tmp_path: Path) -> None:
    later = Settings(**{**json.loads(stores.SETTINGS.model_dump_json()), "format": 99})
    lancedb.connect(tmp_path).create_table("passages", schema=later.into(passages_schema(4)))
    with pytest.raises(RequestError, match="has format 99 and this version of isoglot reads 1"):
        Store.open(tmp_path)
