"""Adding and deleting documents over HTTP."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from isoglot.errors import IsoglotError, RequestError
from isoglot.search.documents import Document

from .conftest import Makes
from .stub import StubSearcher

NEW = {"documents": [{"document_id": "a/b", "text": "Ein Text."}, {"document_id": "c", "text": "نص", "language": "ar"}]}


@dataclass
class StubChanges:
    """Keeps documents in a dictionary; a new version of the index is there after each change."""

    searcher: StubSearcher
    kept: dict[str, str] = field(default_factory=dict)
    broken: Exception | None = None
    started: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event | None = None

    def add(self, documents: Sequence[Document]) -> Any:
        self.started.set()
        if self.gate:
            self.gate.wait(10)
        if self.broken:
            raise self.broken
        replaced = [each.document_id for each in documents if each.document_id in self.kept]
        self.kept |= {each.document_id: each.text for each in documents}
        self.searcher.newest = 2
        told = SimpleNamespace(added=len(documents) - len(replaced), replaced=replaced, unchanged=0, skipped_count=0)
        return SimpleNamespace(changes=told)

    def delete(self, document_id: str) -> None:
        if document_id not in self.kept:
            raise RequestError(f"the index holds no document {document_id!r}; check the ids.")
        del self.kept[document_id]
        self.searcher.newest = 2


@pytest.fixture
def changes(searcher: StubSearcher) -> StubChanges:
    return StubChanges(searcher)


def test_documents_are_added_replaced_and_deleted_and_the_next_answer_knows(make: Makes, changes: StubChanges) -> None:
    client = make(lambda: StubSearcher(version=2), changes)
    answer = client.post("/api/documents", json=NEW)
    assert answer.status_code == 200
    assert answer.json() == {"added": 2, "replaced": 0, "unchanged": 0, "skipped": 0, "version": 2}
    assert client.get("/api/index").json()["version"] == 2
    assert client.post("/api/documents", json=NEW).json()["replaced"] == 2
    assert changes.kept == {"a/b": "Ein Text.", "c": "نص"}
    assert client.delete("/api/documents/a%2Fb").json() == {"document_id": "a/b", "version": 2}
    assert client.delete("/api/documents/c").status_code == 200
    assert changes.kept == {}


def test_what_is_not_there_cannot_be_deleted(make: Makes, changes: StubChanges) -> None:
    answer = make(changes=changes).delete("/api/documents/zzz")
    assert (answer.status_code, answer.json()["error"]) == (404, "the index holds no document 'zzz'; check the ids.")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "documents is missing."),
        ({"documents": []}, "documents is of type list: tuple should have at least 1 item"),
        ({"documents": [{"document_id": "a"}]}, "documents.0.text is missing"),
        ({"documents": [{"document_id": "a", "text": " "}]}, "holds no text"),
        ({"documents": [{"document_id": "", "text": "b"}]}, "documents.0.document_id is ''"),
        ({"documents": [{"document_id": "a", "text": "b", "language": "Klingon!"}]}, "Klingon!"),
        ({"documents": [{"document_id": "a", "text": "b", "vector": [1]}]}, "documents.0.vector is nothing"),
    ],
)
def test_a_wrong_document_changes_nothing(make: Makes, changes: StubChanges, body: Any, sentence: str) -> None:
    answer = make(changes=changes).post("/api/documents", json=body)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert changes.kept == {}


def test_a_change_that_fails_says_why_and_questions_are_still_answered(make: Makes, changes: StubChanges) -> None:
    changes.broken = IsoglotError("the index could not be written and is as it was before: no space left on device.")
    client = make(changes=changes)
    answer = client.post("/api/documents", json=NEW)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "no space left on device" in answer.json()["error"]
    assert client.post("/api/search", json={"question": "a"}).status_code == 200


def test_what_is_written_and_cannot_be_opened_is_told_until_it_can(make: Makes, changes: StubChanges) -> None:
    full = [OSError(28, "No space left on device")]

    def opens() -> StubSearcher:
        if full:
            raise full[0]
        return StubSearcher(version=2)

    client = make(opens, changes)
    answer = client.post("/api/documents", json=NEW)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["error"].startswith("The change is written, but version 1 still answers: ")
    assert "No space left on device" in answer.json()["error"]
    assert client.get("/ready").json() == {"status": "ready", "version": 1, "newest": 2}
    full.clear()
    assert client.post("/api/documents", json=NEW).json()["version"] == 2
    assert client.get("/ready").json() == {"status": "ready", "version": 2, "newest": 2}


def test_one_change_at_a_time_and_questions_do_not_wait_for_it(make: Makes, changes: StubChanges) -> None:
    changes.gate = threading.Event()
    client = make(changes=changes)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(client.post, "/api/documents", json=NEW)
        assert changes.started.wait(10)
        second = client.post("/api/documents", json=NEW)
        assert (second.status_code, "Another change" in second.json()["error"]) == (503, True)
        assert client.post("/api/search", json={"question": "a"}).status_code == 200
        changes.gate.set()
        assert first.result().status_code == 200
