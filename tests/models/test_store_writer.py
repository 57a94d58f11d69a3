"""The writer of the embedding store: when it adds what it collected, and what it does when it cannot."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from isoglot.models.store import EmbeddingStore, Space, Writer, segments
from isoglot.models.store import writer as writer_module

from .store_toys import KEY, TEXTS, found_in, some_vectors


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    return EmbeddingStore(tmp_path / "store", "some/model")


@pytest.fixture
def space(store: EmbeddingStore) -> Space:
    return store.space(KEY)


@pytest.fixture
def blocked(tmp_path: Path) -> Space:
    """A space where no folder can be made."""
    (tmp_path / "file").write_text("in the way")
    return EmbeddingStore(tmp_path / "file" / "store").space(KEY)


def write_and_end(space: Space, failure: type[BaseException] | None = None) -> None:
    with Writer(space) as writer:
        writer.add(TEXTS[:2], some_vectors(2))
        writer.add(TEXTS[2:], some_vectors(3))
        if failure:
            raise failure


def test_a_writer_that_cannot_write_warns_once_and_goes_on(blocked: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "SEGMENT_TEXTS", 1)
    with pytest.warns(RuntimeWarning, match=r"Vectors are not stored in .*: Not a directory\.$") as caught:
        write_and_end(blocked)
    assert len(caught) == 1
    assert found_in(blocked, TEXTS) == {}


def test_a_writer_adds_after_so_many_texts(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "SEGMENT_TEXTS", 3)
    vectors = some_vectors(5)
    writer = Writer(space)
    writer.add(TEXTS[:2], vectors[:2])
    assert found_in(space, TEXTS) == {}
    writer.add(TEXTS[2:4], vectors[2:4])
    assert found_in(space, TEXTS) == {text: row.tobytes() for text, row in zip(TEXTS[:4], vectors, strict=False)}
    with writer:
        writer.add(TEXTS[4:], vectors[4:])
    assert len(found_in(space, TEXTS)) == 5
    assert len(list(segments.read_segments(space.folder))) == 2


def test_a_writer_adds_after_some_seconds(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Iterator[float] = iter([0.0, 9.0, 10.0, 10.0])
    monkeypatch.setattr(writer_module.time, "monotonic", lambda: next(clock))
    writer = Writer(space)
    writer.add(TEXTS[:1], some_vectors(1))
    assert found_in(space, TEXTS) == {}
    writer.add(TEXTS[1:2], some_vectors(1))
    assert len(found_in(space, TEXTS)) == 2


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_writer_adds_what_it_has_when_the_work_fails(space: Space, failure: type[BaseException]) -> None:
    with pytest.raises(failure):
        write_and_end(space, failure)
    assert len(found_in(space, TEXTS)) == 5
