"""Bearer tokens."""

import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from isoglot.errors import RequestError
from isoglot.search.service.refusal import Refusal, refuse

VARIABLE = "ISOGLOT_TOKEN"
OPEN = {"/", "/health", "/ready"}
OPEN_FOLDER = "/page/"  # the page asks for the token; it holds nothing of the index
SHORTEST = 16


class Tokens:
    """Refuses requests without the token; the page itself, /health and /ready are open."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app, self._digest = app, _digest(token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or is_open(scope["path"]) or self.admits(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        sentence = "This service wants its token: send the header 'Authorization: Bearer TOKEN'."
        await refuse(Refusal(401, sentence, {"WWW-Authenticate": "Bearer"}), scope, receive, send)

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Whether the headers hold the token; compared in constant time, whatever its length."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return secrets.compare_digest(_digest(given.strip()), self._digest) and scheme.lower() == "bearer"


def is_open(path: str) -> bool:
    """Whether a path needs no token.

    >>> is_open("/health"), is_open("/page/style.css"), is_open("/api/search")
    (True, True, False)
    """
    return path in OPEN or path.startswith(OPEN_FOLDER)


def read_token(file: Path | None, environment: Mapping[str, str]) -> str | None:
    """The token from a file, else from ISOGLOT_TOKEN; None where neither is given.

    Raises:
        RequestError: the file cannot be read, or the token is too short to be a secret.
    """
    token = _read(file) if file else environment.get(VARIABLE)
    if token is None:
        return None
    if len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise RequestError(
            f"The token in {file or VARIABLE} must be at least {SHORTEST} printable ASCII characters without spaces; "
            "make one with `openssl rand -hex 32`."
        )
    return token


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise RequestError(f"The token file {file} cannot be read; give a text file with --token-file.") from problem


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()
