"""Errors as the service gives them: a status and one sentence, always as JSON."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

REASONS = {
    400: "the request cannot be read",
    401: "the bearer token is missing or wrong",
    404: "there is no such thing",
    408: "the body did not arrive in time",
    413: "the body is too large",
    422: "a value is wrong",
    429: "too many requests from this client",
    503: "too busy, too slow, or the work failed",
}
ALWAYS = (400, 401, 429, 503)
RETRY_AFTER = {"Retry-After": {"description": "seconds", "required": True, "schema": {"type": "integer", "minimum": 1}}}


class ErrorBody(BaseModel):
    """What every error looks like."""

    error: Annotated[str, Field(description="one sentence: what is wrong and what to do")]


class Refusal(Exception):  # noqa: N818 - it names what the service does
    """A request is not answered; `status` and the sentence go to the client."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The refusal as it is sent."""
        return JSONResponse({"error": str(self)}, self.status, self.headers)


def busy(sentence: str, seconds: int = 1, status: int = 503) -> Refusal:
    """The refusal of what can be asked again in some seconds."""
    return Refusal(status, sentence, {"Retry-After": str(seconds)})


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with a refusal, from outside of the routes."""
    await refusal.response()(scope, receive, send)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Which errors a route gives, for its description; those that every route can give are added."""
    return {status: _documented(status) for status in sorted({*statuses, *ALWAYS})}


def _documented(status: int) -> dict[str, Any]:
    headers = {"headers": RETRY_AFTER} if status in (429, 503) else {}
    return {"model": ErrorBody, "description": REASONS[status], **headers}
