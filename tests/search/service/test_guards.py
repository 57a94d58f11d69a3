"""What stands before the routes."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from isoglot.errors import RequestError
from isoglot.search.service.guards.bodies import Bodies
from isoglot.search.service.guards.rates import MOST_CLIENTS, Buckets
from isoglot.search.service.guards.tokens import read_token
from isoglot.search.service.settings import BODY_BYTES

from .conftest import Makes

TOKEN = "0123456789abcdef-token"
SENT = {"Authorization": f"Bearer {TOKEN}"}
ASKED = {"question": "When?"}


def test_the_token_opens_everything(make: Makes) -> None:
    client = make(token=TOKEN)
    assert client.post("/api/search", json=ASKED, headers=SENT).status_code == 200
    assert client.get("/metrics", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("sent", ["", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN])
@pytest.mark.parametrize("path", ["/api/search?question=a", "/api/index", "/metrics", "/docs", "/openapi.json", "/mcp"])
def test_without_it_nothing_is_told(make: Makes, sent: str, path: str) -> None:
    answer = make(token=TOKEN).get(path, headers={"Authorization": sent})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["error"] == "This service wants its token: send the header 'Authorization: Bearer TOKEN'."


def test_the_description_says_what_wants_the_token(make: Makes) -> None:
    paths = make(token=TOKEN).get("/openapi.json", headers=SENT).json()["paths"]
    secured = {path for path, methods in paths.items() for known in methods.values() if known.get("security")}
    assert secured == {"/api/search", "/api/index", "/api/bias", "/metrics"}


@pytest.mark.parametrize("path", ["/health", "/ready", "/", "/page/style.css"])
def test_health_and_the_page_itself_are_open(make: Makes, path: str) -> None:
    assert make(token=TOKEN).get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/page/../api/index", "/page/%2e%2e/api/index", "//api/index", "/health/../api/index"]
)
def test_no_path_leads_around_the_token(make: Makes, path: str) -> None:
    assert make(token=TOKEN).get(path).status_code in (401, 404)


def test_a_token_comes_from_a_file_before_the_environment(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")
    assert read_token(tmp_path / "token", {"ISOGLOT_TOKEN": "another-token-entirely"}) == TOKEN
    assert read_token(None, {"ISOGLOT_TOKEN": TOKEN}) == TOKEN
    assert read_token(None, {}) is None


@pytest.mark.parametrize("content", ["", "short", "ключ" * 8, "two words make sixteen"])
def test_a_token_that_is_no_secret_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_text(content)
    with pytest.raises(RequestError, match="at least 16 printable ASCII characters"):
        read_token(tmp_path / "token", {})
    with pytest.raises(RequestError, match="cannot be read"):
        read_token(tmp_path / "none", {})


def test_other_names_than_this_machines_are_refused(make: Makes) -> None:
    client = make()
    for host in ("evil.example", "localhost.evil.example", "[", ""):
        assert client.get("/health", headers={"Host": host}).status_code == 400
    for host in ("localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert client.get("/health", headers={"Host": host}).status_code == 200


def test_with_a_token_or_for_the_network_every_name_will_do(make: Makes) -> None:
    for client in (make(token=TOKEN), make(loopback=False)):
        assert client.get("/health", headers={"Host": "search.example"}).status_code == 200


def test_who_asks_too_often_waits(make: Makes) -> None:
    client = make(rate=1.0)
    answers = [client.post("/api/search", json=ASKED) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"
    assert answers[2].json()["error"] == "This client asks more than 1 times a second; wait a moment."
    assert client.get("/health").status_code == 200


def test_a_bucket_holds_two_seconds_and_fills_again() -> None:
    now = 0.0
    buckets = Buckets(4.0, clock=lambda: now)
    assert [buckets.take("a") for _ in range(8)] == [0.0] * 8
    assert buckets.take("a") == pytest.approx(0.25)
    assert buckets.take("b") == 0.0
    now = 0.25
    assert buckets.take("a") == 0.0
    assert buckets.take("a") == pytest.approx(0.25)
    now = 100.0
    assert [buckets.take("a") == 0.0 for _ in range(9)] == [True] * 8 + [False]


def test_a_slow_rate_admits_one_at_a_time() -> None:
    now = 0.0
    buckets = Buckets(0.1, clock=lambda: now)
    assert (buckets.take("a"), buckets.take("a")) == (0.0, pytest.approx(10.0))
    now = 10.0
    assert buckets.take("a") == 0.0


def test_the_memory_of_clients_is_bounded() -> None:
    buckets = Buckets(1.0, clock=lambda: 0.0)
    for number in range(MOST_CLIENTS + 100):
        buckets.take(str(number))
    assert len(buckets._full) == MOST_CLIENTS


def test_a_body_may_be_so_large_whether_or_not_it_says_so(make: Makes) -> None:
    def pieces(size: int) -> Iterator[bytes]:
        yield b'{"question": "a", "sources": ["'
        yield from [b"a" * 1_000] * (size // 1_000)
        yield b'"]}'

    client, headers = make(), {"Content-Type": "application/json"}
    assert client.post("/api/search", content=pieces(BODY_BYTES - 2_000), headers=headers).status_code == 200
    for content in (pieces(BODY_BYTES + 2_000), b"a" * (BODY_BYTES + 1), b'{"question": "%s"}' % (b"a" * 10**6)):
        answer = client.post("/api/search", content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (
            413, "The body has more than 262,144 bytes; send less at a time.")  # fmt: skip


def test_a_body_that_never_comes_is_given_up() -> None:
    sent: list[dict[str, Any]] = []

    async def app(*_: Any) -> None:
        raise AssertionError

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/search", "headers": []}
    asyncio.run(Bodies(app, 0.01)(scope, receive, send))
    assert (sent[0]["status"], b"did not arrive" in sent[1]["body"]) == (408, True)


def test_a_length_that_is_no_number_is_not_believed(client: TestClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": "²"}
    assert client.get("/health", headers={k: v.encode() for k, v in headers.items()}).status_code == 200


def test_every_answer_has_safe_headers_and_an_id(client: TestClient) -> None:
    for path in ("/", "/health", "/nothing", "/page/style.css"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert not re.search(r"https?:|\*|unsafe", headers["Content-Security-Policy"])
        assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])
        assert "Access-Control-Allow-Origin" not in headers


def test_a_request_keeps_the_id_it_came_with_if_it_is_one(client: TestClient) -> None:
    assert client.get("/health", headers={"X-Request-ID": "ab-1"}).headers["X-Request-ID"] == "ab-1"
    assert client.get("/health", headers={"X-Request-ID": "a b" * 99}).headers["X-Request-ID"] != "a b" * 99
