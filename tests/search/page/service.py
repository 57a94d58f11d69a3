"""The real service, in a thread of the test."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from isoglot.search.service.app import create_app
from isoglot.search.service.settings import ServiceSettings
from page.searcher import CannedSearcher


@contextmanager
def served(folder: Path, searcher: CannedSearcher | None = None, **settings: Any) -> Iterator[str]:
    """The address of a service that runs in a thread."""
    stub = searcher or CannedSearcher()
    app = create_app(ServiceSettings(folder, **settings), stub, lambda: stub)
    with running(app) as address:
        yield address


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The address of an app that runs in a thread, on a port that was free."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([door])), daemon=True)
        thread.start()
        wait_for(lambda: server.started)
        yield f"http://127.0.0.1:{port}/"
        server.should_exit = True
        thread.join(10)


def wait_for(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
