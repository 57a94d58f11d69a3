"""A service over a stub, and clients for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from isoglot.search.service.app import create_app
from isoglot.search.service.settings import ServiceSettings

from .stub import StubSearcher

Makes = Callable[..., TestClient]


@pytest.fixture
def searcher() -> StubSearcher:
    return StubSearcher()


@pytest.fixture
def make(searcher: StubSearcher, tmp_path: Path) -> Iterator[Makes]:
    """Makes a client of a service with these settings; the service runs until the test ends."""
    running: list[TestClient] = []

    def started(opens: Callable[[], Any] = StubSearcher, changes: Any = None, **settings: Any) -> TestClient:
        asked = replace(ServiceSettings(tmp_path, rate=None), **settings)
        app = create_app(asked, searcher, opens, changes)
        client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
        running.append(client)
        return client.__enter__()

    yield started
    for client in running:
        client.__exit__(None, None, None)


@pytest.fixture
def client(make: Makes) -> TestClient:
    return make()
