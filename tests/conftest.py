"""What several rooms' tests share: the real data where it is there, and small collections."""

import os
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Read when libraries are first imported, here and in the processes that tests start. Sums of one thread are the same
# every time, a process with one thread may fork, and several tests at a time share the cores.
os.environ.update(OMP_NUM_THREADS="1", HF_HUB_OFFLINE="1")

from isoglot.data import Collection

# A busy machine is no failure.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
Rows = dict[str, list[dict[str, Any]]]

VALID: Rows = {
    "queries": [
        {"query_id": "q1en", "topic_id": "t1", "language": "en", "text": "capital of Peru?"},
        {"query_id": "q1de", "topic_id": "t1", "language": "de", "text": "Hauptstadt von Peru?"},
        {"query_id": "q2en", "topic_id": "t2", "language": "en", "text": "capital of Laos?"},
    ],
    "passages": [
        {"passage_id": "p1en", "parallel_id": "g1", "language": "en", "title": "Peru", "text": "Lima is it."},
        {"passage_id": "p1es", "parallel_id": "g1", "language": "es", "title": "", "text": "Lima lo es."},
        {"passage_id": "p2de", "parallel_id": None, "language": "de", "title": "", "text": "Vientiane ist es."},
        {"passage_id": "p3de", "parallel_id": None, "language": "de", "title": "", "text": "Cusco war es."},
    ],
    "qrels": [
        {"topic_id": "t1", "passage_id": "p1en", "relevance": 1},
        {"topic_id": "t1", "passage_id": "p1es", "relevance": 1},
        {"topic_id": "t2", "passage_id": "p2de", "relevance": 2},
        {"topic_id": "t1", "passage_id": "p3de", "relevance": 0},
    ],
}


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither read nor fill the cache of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ISOGLOT_HOME", str(tmp_path_factory.mktemp("isoglot-home")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _disk_is_not_waited_for() -> Iterator[None]:
    """Nobody cuts the power of tests, and thousands of waits add up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; a test that needs it skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs the real data sets in ../shared/data")
    return SHARED


@pytest.fixture
def rows() -> Rows:
    """Rows of a valid collection in three languages, to break as a test likes."""
    return deepcopy(VALID)


@pytest.fixture(scope="session")
def tiny() -> Collection:
    """The collection of `rows`: parallel ids and null ones, a title, a judged negative."""
    return Collection.from_rows("tiny", **deepcopy(VALID), licence="CC0-1.0", source="by hand")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the disk, in order: "NAME" to wait for it, "NAME > NAME" to rename, "NAME gone" to remove."""
    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc to tell the names of open files")
    asked: list[str] = []
    rename, remove = Path.replace, shutil.rmtree

    def renamed(self: Path, target: Path) -> Path:
        asked.append(f"{self.name} > {target.name}")
        return rename(self, target)

    def removed(path: Path, **options: Any) -> None:
        asked.extend([f"{path.name} gone"] if path.exists() else [])
        remove(path, **options)

    monkeypatch.setattr(os, "fsync", lambda opened: asked.append(Path(f"/proc/self/fd/{opened}").resolve().name))
    monkeypatch.setattr(Path, "replace", renamed)
    monkeypatch.setattr(Path, "rename", renamed)
    monkeypatch.setattr(shutil, "rmtree", removed)
    return asked
