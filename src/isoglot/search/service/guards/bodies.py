"""How large bodies may be, and how long they may take to arrive."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isoglot.search.service.refusal import Refusal, refuse
from isoglot.search.service.settings import BODY_BYTES, DOCUMENTS_BODY_BYTES

DOCUMENTS = "/api/documents"


class Gone(Exception):  # noqa: N818 - nobody is told
    """The client left before its body had arrived."""


class Bodies:
    """Reads the body before the app does, so that its size is known whether or not the client told it."""

    def __init__(self, app: ASGIApp, timeout: float) -> None:
        self.app, self.timeout = app, timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.timeout):
                body = await _read(scope, receive, limit_of(scope))
        except TimeoutError:
            late = Refusal(408, f"The body did not arrive within {self.timeout:g} seconds.", {"Connection": "close"})
            await refuse(late, scope, receive, send)
        except Refusal as refusal:
            await refuse(refusal, scope, receive, send)
        except Gone:
            return
        else:
            await self.app(scope, _replay(body, receive), send)


def limit_of(scope: Scope) -> int:
    """The largest body that a request may have, in bytes."""
    return DOCUMENTS_BODY_BYTES if scope["path"] == DOCUMENTS else BODY_BYTES


async def _read(scope: Scope, receive: Receive, limit: int) -> bytes:
    told = Headers(scope=scope).get("content-length", "")
    _check(int(told) if told.isdecimal() else 0, limit)
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        _check(len(body), limit)
        more = message.get("more_body", False)
    return bytes(body)


def _check(size: int, limit: int) -> None:
    if size > limit:
        sentence = f"The body has more than {limit:,} bytes; send less at a time."
        raise Refusal(413, sentence, {"Connection": "close"})


def _replay(body: bytes, receive: Receive) -> Receive:
    """A channel that gives the body, and then whatever the server has to say."""
    read = False

    async def replay() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
