"""The service as a process: its address, its signals, its end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from isoglot.errors import RequestError
from isoglot.search.service.run import bind, listen, serve_until_told, url_of

HERE = Path(__file__).parent


@contextmanager
def process(until: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that answers once a file exists, and its address."""
    command = [sys.executable, str(HERE / "stub_process.py"), str(until)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        try:
            assert running.stdout
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


def wait_until(url: str, waiting: int) -> None:
    """Until so many questions are being answered."""
    for _ in range(600):
        counters = httpx.get(f"{url}/metrics", timeout=30).text
        if f"isoglot_questions_waiting {float(waiting)}" in counters:
            return
        time.sleep(0.02)
    raise AssertionError(counters)


def test_a_signal_that_comes_before_the_server_heeds_it_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = uvicorn.Server.run

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        signal.raise_signal(signal.SIGTERM)
        begin(server, sockets)

    monkeypatch.setattr(uvicorn.Server, "run", run)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    rescue = Timer(20, os.kill, (os.getpid(), signal.SIGTERM))
    rescue.start()
    try:
        serve_until_told(Starlette(), bind("127.0.0.1", 0), 1)
        assert rescue.is_alive()
    finally:
        rescue.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_loses_no_question_that_was_accepted(number: signal.Signals, tmp_path: Path) -> None:
    with process(tmp_path / "go") as (running, url), ThreadPoolExecutor(8) as clients:
        asked = [clients.submit(httpx.post, f"{url}/api/search", json={"question": "a"}, timeout=60) for _ in range(8)]
        wait_until(url, 8)
        running.send_signal(number)
        (tmp_path / "go").touch()
        assert [answer.result().status_code for answer in asked] == [200] * 8
        assert running.wait(30) == 0
        lines = [json.loads(line) for line in running.communicate()[1].splitlines()]
        assert sum(line.get("route") == "/api/search" and line["status"] == 200 for line in lines) == 8


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with process(HERE) as (_, url):
        yield url


def test_large_bodies_get_their_answer_before_the_connection_ends(url: str) -> None:
    with httpx.Client(base_url=url, timeout=30) as client:
        for size in (300_000, 5_000_000):
            answer = client.post("/api/search", content=b"a" * size, headers={"Content-Type": "application/json"})
            assert answer.status_code == 413
        assert client.get("/health").status_code == 200


def test_junk_on_the_wire_does_not_end_it(url: str) -> None:
    port = int(url.rpartition(":")[2])
    for junk in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(junk)
    assert httpx.get(f"{url}/health", timeout=30).status_code == 200


def test_a_port_in_use_is_a_wrong_request() -> None:
    with bind("127.0.0.1", 0) as first:
        listen(first)
        port = first.getsockname()[1]
        assert url_of(first) == f"http://127.0.0.1:{port}"
        with pytest.raises(RequestError, match=f"Port {port} of 127.0.0.1 cannot be had .address already in use."):
            bind("127.0.0.1", port)


def test_a_port_that_is_taken_while_the_index_opens() -> None:
    with bind("127.0.0.1", 0) as first, bind("127.0.0.1", first.getsockname()[1]) as second:
        listen(first)
        with pytest.raises(RequestError, match="choose another --port"):
            listen(second)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 300, "192.0.2.1"])
def test_a_host_that_is_not_this_machine(host: str) -> None:
    with pytest.raises(RequestError, match="choose another --"):
        bind(host, 0)
