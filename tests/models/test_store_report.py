"""The embedding store as a whole: what a report says, what clearing removes, and where it is."""

import errno
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from isoglot.errors import IsoglotError
from isoglot.files import cache_folder
from isoglot.models.store import EmbeddingStore, SpaceKey
from isoglot.models.store import space as space_module

from .store_toys import KEY, TEXTS, files, found_in, some_vectors


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    return EmbeddingStore(tmp_path / "store", "some/model")


def test_the_report_counts_distinct_texts_and_bytes_on_the_disk(store: EmbeddingStore) -> None:
    space = store.space(KEY)
    space.add(TEXTS[:3], some_vectors(3))
    space.add(TEXTS[1:], some_vectors(4))
    (report,) = store.report()
    assert (report.key, report.model_name, report.texts) == (KEY, "some/model", 5)
    assert report.size == sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())
    assert abs(report.last_used - datetime.now().astimezone()) < timedelta(minutes=1)


def test_looking_texts_up_counts_as_use_and_the_last_used_stands_first(store: EmbeddingStore) -> None:
    keys = [SpaceKey(letter * 64, "query", "", None) for letter in "abc"]
    for age, key in enumerate(keys):
        store.space(key).add(TEXTS, some_vectors(5))
        long_ago = time.time() - 86_400 * (age + 1)
        os.utime(store.space(key).folder / space_module.DESCRIPTION, (long_ago, long_ago))
    assert [report.key for report in store.report()] == keys
    found_in(store.space(keys[2]), TEXTS)
    assert [report.key for report in store.report()] == [keys[2], keys[0], keys[1]]


def test_clearing_removes_the_chosen_spaces_and_nothing_of_others(store: EmbeddingStore) -> None:
    other = SpaceKey("b" * 64, "query", "", None)
    for key in (KEY, other):
        store.space(key).add(TEXTS, some_vectors(5))
    (store.folder / "thesis.txt").write_text("years of work")
    (store.folder / "thesis").mkdir()
    (store.folder / "thesis" / "space.json").write_text('{"model_name": "", "model": "m", "role": "r"}')
    (store.folder / "notes").mkdir()
    (store.folder / "notes" / "space.json").write_text("[1, 2]")
    assert [report.key for report in store.clear(lambda report: report.key == other)] == [other]
    assert [report.key for report in store.report()] == [KEY]
    assert [report.key for report in store.clear()] == [KEY]
    assert files(store.folder) == ["notes", "thesis", "thesis.txt"]
    assert found_in(store.space(KEY), TEXTS) == {}


def test_a_space_that_was_cleared_is_filled_again(store: EmbeddingStore) -> None:
    for _ in range(2):
        store.space(KEY).add(TEXTS, some_vectors(5))
        assert len(store.clear()) == 1
    assert store.report() == []


def test_clearing_finishes_what_a_killed_one_began(store: EmbeddingStore) -> None:
    store.space(KEY).add(TEXTS, some_vectors(5))
    folder = store.space(KEY).folder
    folder.rename(folder.with_name(f"{folder.name}.1.cleared"))
    assert store.report() == store.clear() == []
    assert files(store.folder) == []


def test_a_space_that_cannot_be_removed_is_one_sentence(store: EmbeddingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.space(KEY).add(TEXTS, some_vectors(5))

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(IsoglotError, match=r"cannot be removed: Permission denied\.$"):
        store.clear()


def test_the_cache_folder_is_the_users_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("ISOGLOT_HOME", "")
    assert cache_folder() == tmp_path / ".cache" / "isoglot"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache_folder() == tmp_path / "cache" / "isoglot"
    monkeypatch.setenv("ISOGLOT_HOME", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    assert EmbeddingStore().folder == tmp_path / "mine" / "embeddings"
