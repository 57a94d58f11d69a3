"""The embedding store: what is found again, under which key, and what is left out."""

import errno
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.models.store import EmbeddingStore, Space, SpaceKey, segments
from isoglot.models.store import space as space_module

from .store_toys import KEY, TEXTS, files, found_in, some_vectors


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    return EmbeddingStore(tmp_path / "store", "some/model")


@pytest.fixture
def space(store: EmbeddingStore) -> Space:
    return store.space(KEY)


def test_an_empty_store_knows_nothing_and_writes_nothing(space: Space, store: EmbeddingStore) -> None:
    assert found_in(space, TEXTS) == found_in(space, []) == {}
    space.add([], some_vectors(0))
    assert store.report() == store.clear() == []
    assert not store.folder.exists()


vectors_of_a_text = st.dictionaries(st.text("ab\0é", max_size=2), st.integers(0, 5), min_size=1)


@settings(max_examples=20, deadline=None)
@given(added=st.lists(vectors_of_a_text, max_size=5), asked=st.sets(st.text("ab\0é", max_size=2)))
def test_what_was_added_is_found_bit_for_bit(added: list[dict[str, int]], asked: set[str]) -> None:
    with TemporaryDirectory() as folder:
        space = EmbeddingStore(Path(folder)).space(KEY)
        ever: dict[str, set[bytes]] = {}
        for segment in added:
            vectors = np.stack([some_vectors(1, seed=seed)[0] for seed in segment.values()])
            space.add(list(segment), vectors)
            for text, vector in zip(segment, vectors, strict=True):
                ever.setdefault(text, set()).add(vector.tobytes())
        found = found_in(space, list(asked))
        assert set(found) == asked & set(ever)
        assert all(vector in ever[text] for text, vector in found.items())


def test_values_of_every_kind_come_back_bit_for_bit(space: Space) -> None:
    vectors = np.array([[0.0, -0.0], [np.nan, np.inf], [np.finfo(np.float32).tiny / 3, 1 + 2**-23]], np.float32)
    space.add(TEXTS[:3], vectors)
    assert found_in(space, TEXTS) == {text: row.tobytes() for text, row in zip(TEXTS, vectors, strict=False)}


def test_vectors_are_mapped_and_not_read(space: Space) -> None:
    space.add(TEXTS, some_vectors(5))
    (segment,) = segments.read_segments(space.folder)
    assert isinstance(segment.vectors, np.memmap)


def test_texts_are_told_apart_by_every_byte(space: Space) -> None:
    alike = ["a", "a ", "a\0", "A", "e\u0301", "\u00e9"]
    space.add(alike[:1], some_vectors(1))
    assert list(found_in(space, alike)) == ["a"]


@pytest.mark.parametrize(
    "other",
    [
        SpaceKey("b" * 64, "query", "Q: ", 32),
        SpaceKey("a" * 64, "passage", "Q: ", 32),
        SpaceKey("a" * 64, "query", "Q:", 32),
        SpaceKey("a" * 64, "query", "", 32),
        SpaceKey("a" * 64, "query", "Q: ", 33),
        SpaceKey("a" * 64, "query", "Q: ", None),
    ],
)
def test_every_field_of_the_key_has_its_own_space(store: EmbeddingStore, other: SpaceKey) -> None:
    store.space(KEY).add(TEXTS, some_vectors(5))
    assert found_in(store.space(other), TEXTS) == {}
    store.space(other).add(TEXTS[:2], some_vectors(2, seed=1))
    assert len(found_in(store.space(KEY), TEXTS)) == 5
    assert len(store.report()) == 2


def test_the_name_of_the_model_is_no_part_of_the_key(store: EmbeddingStore) -> None:
    store.space(KEY).add(TEXTS, some_vectors(5))
    assert len(found_in(EmbeddingStore(store.folder, "another/name").space(KEY), TEXTS)) == 5


def test_many_small_segments_become_one(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space_module, "MANY", 3)
    vectors = some_vectors(15)
    for number in range(15):
        space.add([f"text {number}"], vectors[number : number + 1])
    assert len(list(segments.read_segments(space.folder))) <= 4
    expected = {f"text {number}": vectors[number].tobytes() for number in range(15)}
    assert found_in(space, [*expected, "another"]) == expected
    assert len(files(space.folder)) <= 9


def test_a_kill_between_merging_and_removing_leaves_texts_twice_until_the_next_merging(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space_module, "MANY", 2)
    vectors = some_vectors(5)
    expected = {text: row.tobytes() for text, row in zip(TEXTS, vectors, strict=True)}
    with monkeypatch.context() as killed:
        killed.setattr(space_module, "remove_segment", lambda _: None)
        for number, text in enumerate(TEXTS):
            space.add([text], vectors[number : number + 1])
    assert sum(len(segment.rows) for segment in segments.read_segments(space.folder)) > 5
    assert found_in(space, TEXTS) == expected
    space.add(["another"], vectors[:1])
    (merged,) = segments.read_segments(space.folder)
    assert len(merged.rows) == 6
    assert found_in(space, TEXTS) == expected


def test_a_kill_while_merging_loses_nothing(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space_module, "MANY", 2)
    vectors = some_vectors(3)
    for number in range(2):
        space.add(TEXTS[number : number + 1], vectors[number : number + 1])
    writings = iter([segments.write_segment])  # of the new segment, but none of the merged one

    def write_or_be_killed(*arguments: Any) -> None:
        for write in writings:
            return write(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(space_module, "write_segment", write_or_be_killed)
    with pytest.raises(KeyboardInterrupt):
        space.add(TEXTS[2:3], vectors[2:])
    assert found_in(space, TEXTS) == {text: row.tobytes() for text, row in zip(TEXTS, vectors, strict=False)}


def test_merging_keeps_the_intact_one_of_two_vectors(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space_module, "MANY", 2)
    vectors = some_vectors(3)
    for number in range(2):
        space.add(TEXTS[number : number + 1], vectors[number : number + 1])
    for file in space.folder.glob("*.vectors.npy"):
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    space.add([TEXTS[1], TEXTS[2]], vectors[1:])
    assert len(list(segments.read_segments(space.folder))) == 1
    assert found_in(space, TEXTS) == {text: row.tobytes() for text, row in zip(TEXTS[1:3], vectors[1:], strict=True)}


def test_what_killed_writers_left_is_passed_over_and_removed_when_old(space: Space) -> None:
    space.add(TEXTS[:1], some_vectors(1))
    whole = files(space.folder)
    old, young = time.time() - 2 * 86_400, time.time() - 60
    for name, changed in (("a.partial", old), ("b.vectors.npy", old), ("c.partial", young), ("d.vectors.npy", young)):
        (space.folder / name).write_bytes(b"\x93NUMPY half")
        os.utime(space.folder / name, (changed, changed))
    for name in whole:
        os.utime(space.folder / name, (old, old))
    assert list(found_in(space, TEXTS)) == TEXTS[:1]
    space.add(TEXTS[1:], some_vectors(4))
    left = files(space.folder)
    assert set(whole) | {"c.partial", "d.vectors.npy"} < set(left)
    assert not {"a.partial", "b.vectors.npy"} & set(left)
    assert len(found_in(space, TEXTS)) == 5


def test_a_full_disk_leaves_nothing_behind(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    space.add(TEXTS[:1], some_vectors(1))
    before = files(space.folder)
    calls = iter([None, OSError(errno.ENOSPC, "No space left on device")])

    def fail_the_second_time(_: int) -> None:
        if problem := next(calls):
            raise problem

    monkeypatch.setattr(os, "fsync", fail_the_second_time)
    with pytest.raises(OSError, match="No space left"):
        space.add(TEXTS[1:], some_vectors(4))
    assert files(space.folder) == before
    assert list(found_in(space, TEXTS)) == TEXTS[:1]
