"""The process that serves: its socket, its signals, its end."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from isoglot.errors import RequestError

BACKLOG = 2048
GRACE = 5.0  # seconds beyond the time limit of an answer that open requests get at the end


def bind(host: str, port: int) -> socket.socket:
    """A socket at an address, before anything else is done; port 0 takes a free one.

    Raises:
        RequestError: the address cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as problem:
        raise RequestError(f"There is no host {host!r} on this network; choose another --host.") from problem
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with _taking(host, port):
        bound.bind(address)
    return bound


def listen(bound: socket.socket) -> None:
    """Let clients connect; raises RequestError where somebody else took the port meanwhile."""
    host, port = bound.getsockname()[:2]
    with _taking(host, port):
        bound.listen(BACKLOG)


def serve_until_told(app: ASGIApp, listening: socket.socket, timeout: float) -> None:
    """Serve until SIGTERM or SIGINT; then what was accepted is answered, for as long as answers may take."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=round(timeout + GRACE),
        lifespan="on",
    )
    server = uvicorn.Server(config)

    def end(*_: object) -> None:
        """A signal may come before the server heeds it, and is raised again once it has ended, which is no failure."""
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    server.run(sockets=[listening])


def url_of(bound: socket.socket) -> str:
    """Where a browser finds the service."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _taking(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OverflowError as problem:
        raise RequestError(f"There is no port {port}; choose a --port from 0 to 65535.") from problem
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        sentence = f"Port {port} of {host} cannot be had ({reason}); choose another --port or --host."
        raise RequestError(sentence) from problem
