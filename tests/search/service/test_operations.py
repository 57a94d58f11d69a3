"""What whoever runs the service sees: health, counters, logs without questions."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from isoglot.errors import RequestError
from isoglot.search.service.evaluation import check_evaluation, foreign_evaluation
from isoglot.search.service.logs import LOG, JsonLines
from isoglot.search.service.settings import ServiceSettings

from .conftest import Makes
from .stub import StubSearcher

SECRET = "where did I leave my keys"
SCORES = {
    "model": "toy",
    "collection": "tiny",
    "settings": {"monolingual": {"AP": 0.5}},
    "bias": {"RD": 3.0},
    "languages": {"en": {"AP": 0.5}},
    "pairs": {"en->de": {"AP": 0.25}},
}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged, as the process would write it to standard error."""
    stream, level = io.StringIO(), LOG.level
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    yield stream
    LOG.removeHandler(handler)
    LOG.setLevel(level)


def entries(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_alive_and_ready_with_its_version(make: Makes, searcher: StubSearcher) -> None:
    searcher.version = 7
    client = make()
    assert client.get("/health").json() == {"status": "alive"}
    assert client.get("/ready").json() == {"status": "ready", "version": 7, "newest": 7}


def test_what_questions_would_wait_for_is_read_at_the_start(make: Makes, searcher: StubSearcher) -> None:
    make().__exit__(None, None, None)
    assert searcher.warmed


def test_counters_say_what_happened(make: Makes, searcher: StubSearcher) -> None:
    searcher.version = 7
    client = make()
    for _ in range(3):
        client.post("/api/search", json={"question": "a", "languages": ["en", "th"]})
    client.post("/api/search", json={"question": "a", "k": 0})
    client.request("INVENTED", "/api/search")
    counted = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }
    requests = {
        (key[1][0][1], key[1][2][1]): value for key, value in counted.items() if key[0] == "isoglot_requests_total"
    }
    assert requests == {("POST", "200"): 3, ("POST", "422"): 1, ("other", "405"): 1}
    assert counted["isoglot_hits_total", (("language", "en"),)] == 6
    assert counted["isoglot_hits_total", (("language", "th"),)] == 3
    assert counted["isoglot_encoder_batch_size_count", ()] == 3
    assert counted["isoglot_index_version", ()] == 7
    assert counted["isoglot_questions_waiting", ()] == 0


def test_the_log_tells_everything_but_the_question(make: Makes, lines: io.StringIO) -> None:
    client = make()
    client.post("/api/search", json={"question": SECRET, "k": 2}, headers={"X-Request-ID": "mine"})
    client.get("/api/search", params={"question": SECRET, "k": 0})
    client.get(f"/{SECRET}")
    answered, refused, missing = entries(lines)
    assert answered | {"time": "", "milliseconds": 0} == {
        "time": "", "level": "info", "event": "request", "request_id": "mine", "method": "POST",
        "route": "/api/search", "status": 200, "milliseconds": 0, "hits": 2, "languages": {"en": 1, "de": 1},
    }  # fmt: skip
    assert (refused["status"], missing["status"], missing["route"]) == (422, 404, "other")
    assert "keys" not in lines.getvalue()


def test_a_question_is_logged_where_that_was_asked_for(make: Makes, lines: io.StringIO) -> None:
    make(log_questions=True).post("/api/search", json={"question": SECRET})
    assert entries(lines)[0]["question"] == SECRET


def test_a_crash_is_logged_with_its_place_and_without_its_message(
    make: Makes, searcher: StubSearcher, lines: io.StringIO
) -> None:
    searcher.broken = ValueError(SECRET)
    make().post("/api/search", json={"question": SECRET})
    crash, request = entries(lines)
    assert (crash["event"], crash["exception"], request["status"]) == ("crash", "ValueError", 500)
    assert "stub.py" in crash["at"][-1]
    assert "keys" not in lines.getvalue()


@pytest.mark.parametrize("given", [True, False])
def test_the_models_evaluation_is_given_or_lies_beside_the_index(make: Makes, tmp_path: Path, given: bool) -> None:
    folder = tmp_path / ("elsewhere" if given else "bias")
    folder.mkdir()
    (folder / "scores.json").write_text(json.dumps({**SCORES, "cost": {}, "versions": {}}))
    check_evaluation(folder)
    assert make(evaluation=folder if given else None).get("/api/bias").json() == SCORES


def test_an_evaluation_of_another_model_is_told(tmp_path: Path) -> None:
    settings = ServiceSettings(tmp_path, evaluation=tmp_path)
    assert foreign_evaluation(settings, "runs/other") == ""  # there is none
    (tmp_path / "scores.json").write_text(json.dumps(SCORES | {"model": "runs/model"}))
    assert foreign_evaluation(settings, "./runs/model") == ""
    assert "is of runs/model and the index was made with runs/other" in foreign_evaluation(settings, "runs/other")


def test_without_an_evaluation_there_is_a_sentence(make: Makes, tmp_path: Path) -> None:
    client = make()
    assert client.get("/api/bias").status_code == 404
    assert "start the service with --evaluation DIR" in client.get("/api/bias").json()["error"]
    (tmp_path / "bias").mkdir()
    for junk in (b"{", b"\xff", b"[]", b'{"model": 1}', b"[" * 10**5):
        (tmp_path / "bias" / "scores.json").write_bytes(junk)
        assert client.get("/api/bias").status_code == 404
    with pytest.raises(RequestError, match=r"holds no scores\.json"):
        check_evaluation(tmp_path)
