"""`isoglot serve` over a real index: answers, changes, a full disk, lost files, its end."""

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from isoglot.cli import main
from isoglot.models.static import static_encoder
from isoglot.search.build import EncoderRequest, delete_documents, index_source
from isoglot.search.derived import reading
from isoglot.search.documents import open_source
from isoglot.search.searcher import Searcher
from isoglot.search.service.app import create_app
from isoglot.search.service.settings import ServiceSettings
from isoglot.search.service.writing import Writer

TOKEN = "0123456789abcdef-token"
SENT = {"Authorization": f"Bearer {TOKEN}"}
TEXTS = {
    "en.txt": "The train to Hamburg leaves at eight in the morning.",
    "de.txt": "Der Zug nach Hamburg fährt um acht Uhr morgens ab.",
    "es.txt": "El tren a Hamburgo sale a las ocho de la mañana.",
}


@dataclass
class Service:
    """A running service and the index that it serves."""

    running: subprocess.Popen[str]
    index: Path
    client: httpx.Client
    log: list[str]

    def hits(self, question: str) -> list[str]:
        answer = self.client.post("/api/search", json={"question": question})
        assert answer.status_code == 200, answer.text
        return [hit["document_id"] for hit in answer.json()["hits"]]

    @property
    def events(self) -> set[str]:
        """What the log tells of."""
        return {json.loads(line)["event"] for line in self.log if line.startswith("{")}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "texts").mkdir()
    for name, text in TEXTS.items():
        (folder / "texts" / name).write_text(text, encoding="utf-8")
    static_encoder(list(TEXTS.values())).save_pretrained(str(folder / "model"))
    index_source(open_source(str(folder / "texts")), folder / "index", EncoderRequest(str(folder / "model")))
    return folder / "index"


@pytest.fixture(scope="module")
def service(index: Path) -> Iterator[Service]:
    command = [sys.executable, "-m", "isoglot", "serve", str(index), "--port", "0", "--writable"]
    environment = {**os.environ, "ISOGLOT_TOKEN": TOKEN}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stdout
        told = running.stdout.readline()
        assert told.startswith(f"Serving {index} at http://127.0.0.1:"), told
        with httpx.Client(base_url=told.split()[3], headers=SENT, timeout=60) as client:
            log: list[str] = []
            threading.Thread(target=log.extend, args=[running.stderr], daemon=True).start()  # a full pipe would stop it
            yield Service(running, index, client, log)
        running.kill()


def wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def new(document_id: str, text: str) -> dict[str, Any]:
    return {"documents": [{"document_id": document_id, "text": text}]}


def test_a_question_is_answered(service: Service) -> None:
    assert set(service.hits("train to Hamburg")) == {f"texts/{name}" for name in TEXTS}
    assert service.client.get("/ready").json() == {"status": "ready", "version": 1, "newest": 1}
    assert service.client.get("/api/index", headers={"Authorization": ""}).status_code == 401


def test_documents_come_and_go(service: Service) -> None:
    added = service.client.post("/api/documents", json=new("a/b", "A lighthouse stands in the harbour.")).json()
    assert (added["added"], "a/b" in service.hits("lighthouse in the harbour")) == (1, True)
    assert service.client.post("/api/documents", json=new("a/b", "A tower stands there.")).json()["replaced"] == 1
    assert service.client.delete("/api/documents/a/b").status_code == 200
    assert "a/b" not in service.hits("tower")
    assert service.client.delete("/api/documents/a/b").status_code == 404


def test_a_document_of_a_source_is_not_replaced(service: Service) -> None:
    answer = service.client.post("/api/documents", json=new("texts/en.txt", "Something else."))
    assert (answer.status_code, "texts/en.txt" in answer.json()["error"]) == (422, True)


def test_on_a_full_disk_changes_are_refused_and_questions_answered(service: Service) -> None:
    _, most = resource.prlimit(service.running.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.running.pid, resource.RLIMIT_FSIZE, (64, most))  # no file may grow
    refused = service.client.post("/api/documents", json=new("full", "A lighthouse stands in the harbour."))
    assert (refused.status_code, list(refused.json())) == (503, ["error"])
    assert "full" not in service.hits("lighthouse in the harbour")
    resource.prlimit(service.running.pid, resource.RLIMIT_FSIZE, (most, most))
    assert service.client.post("/api/documents", json=new("full", "A lighthouse stands.")).status_code == 200
    assert "full" in service.hits("lighthouse")


def test_a_disk_that_is_full_after_the_commit_is_told(index: Path, tmp_path: Path, monkeypatch: Any) -> None:
    folder = tmp_path / "index"
    shutil.copytree(index, folder)
    opens = partial(Searcher.open, folder)
    app = create_app(ServiceSettings(folder), opens(), opens, Writer(folder))
    with TestClient(app, base_url="http://localhost") as client, monkeypatch.context() as full:
        before = client.get("/ready").json()["version"]
        full.setattr(reading, "derive", no_room)
        told = client.post("/api/documents", json=new("late", "A lighthouse stands in the harbour."))
        assert (told.status_code, "is written" in told.json()["error"]) == (503, True)
        assert "No space left on device" in told.json()["error"]
        state = client.get("/ready").json()
        assert (state["version"], state["newest"] > before) == (before, True)
        full.undo()
        again = client.post("/api/documents", json=new("late", "A lighthouse stands in the harbour.")).json()
        assert (again["unchanged"], again["version"]) == (1, state["newest"])


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_is_derived_may_vanish(service: Service) -> None:
    for folder in service.index.iterdir():
        if not folder.name.endswith(".lance"):
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    assert "texts/en.txt" in service.hits("train to Hamburg")


def test_a_change_by_another_process_is_picked_up(service: Service) -> None:
    before = service.client.get("/ready").json()["version"]
    delete_documents(service.index, ["texts/es.txt"])
    wait_for(lambda: service.client.get("/ready").json()["version"] > before)
    assert "texts/es.txt" not in service.hits("tren a Hamburgo")
    wait_for(lambda: "reloaded" in service.events)


def test_an_index_that_is_gone_leaves_the_last_version_answering(service: Service) -> None:
    aside = service.index.with_name("aside")
    service.index.rename(aside)
    wait_for(lambda: "isoglot_index_reload_failures_total 0.0" not in service.client.get("/metrics").text)
    assert "texts/en.txt" in service.hits("train to Hamburg")
    aside.rename(service.index)
    wait_for(lambda: "reload failed" in service.events)


def test_it_ends_well_and_its_log_holds_no_question(service: Service) -> None:
    service.hits("the lighthouse of Hamburg")
    service.running.terminate()
    assert service.running.wait(60) == 0
    log = "".join(service.log)
    assert "request" in service.events
    assert "lighthouse" not in log
    assert "Traceback" not in log


@pytest.mark.parametrize("what", ["nothing", "no index", "another model"])
def test_what_is_no_index_of_this_model_is_refused(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    folder = tmp_path / "index"
    if what == "no index":
        folder.mkdir()
    if what == "another model":
        shutil.copytree(index, folder)
        static_encoder(["other words"]).save_pretrained(str(index.parent / "model"))
    with pytest.raises(SystemExit) as ended:
        main(["serve", str(folder), "--port", "0"])
    told = capsys.readouterr().err
    assert (ended.value.code, told.count("\n")) == (2, 1)
    assert ("made with another model" if what == "another model" else "holds no index") in told
