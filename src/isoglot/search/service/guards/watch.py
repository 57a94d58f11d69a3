"""The outermost layer: each request gets an id, safe headers, a log line and its count; no error passes through."""

import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isoglot.search.service.logs import log
from isoglot.search.service.metrics import Metrics
from isoglot.search.service.refusal import Refusal, refuse

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
UNEXPECTED = "The service made a mistake that its log describes; the request was not answered."


class Watch:
    """Watches over the app inside."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            await _Watched(scope, send, self.metrics).run(self.app, receive)
        else:
            await self.app(scope, receive, send)


class _Watched:
    def __init__(self, scope: Scope, send: Send, metrics: Metrics) -> None:
        self.scope, self.downstream, self.metrics = scope, send, metrics
        given = Headers(scope=scope).get("x-request-id", "")
        self.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        self.status: int | None = None
        self.started = time.perf_counter()
        self.told: dict[str, Any] = {}
        scope["state"] = {**scope.get("state", {}), "log": self.told}

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        try:
            await app(self.scope, receive, self.send)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the client gets an answer
            log("crash", logging.ERROR, problem, request_id=self.request_id, route=self.route)
            if self.status is None:
                await refuse(Refusal(500, UNEXPECTED), self.scope, receive, self.send)
        finally:
            self.record()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            headers.update(SECURITY)
            headers.setdefault("Cache-Control", "no-store")
        await self.downstream(message)

    @property
    def route(self) -> str:
        """The template of the route: as few as there are routes, and without what was asked."""
        return getattr(self.scope.get("route"), "path", None) or "other"

    def record(self) -> None:
        seconds = time.perf_counter() - self.started
        status = self.status or 499  # the client left before there was an answer
        self.metrics.request(self.route, self.scope["method"], status, seconds)
        log(
            "request",
            request_id=self.request_id,
            method=self.scope["method"],
            route=self.route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            **self.told,
        )
