"""What whoever runs the service asks it: alive, ready, counters."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.params import Depends
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from starlette.responses import Response

from isoglot.search.service.live import LiveIndex
from isoglot.search.service.metrics import Metrics
from isoglot.search.service.refusal import documented


class Health(BaseModel):
    """The process runs."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Questions are answered, from this version of the index."""

    status: Literal["ready"] = "ready"
    version: int
    newest: Annotated[int, Field(description="version of the store; another while what answers cannot be made from it")]


def operations(index: LiveIndex, metrics: Metrics, secured: Sequence[Depends]) -> APIRouter:
    """The routes; `secured` describes the token of those that want it."""
    router = APIRouter(tags=["operations"])

    @router.get("/health", responses=documented(), summary="Is the process alive?")
    async def health() -> Health:
        return Health()

    @router.get("/ready", responses=documented(), summary="Does it answer questions?")
    async def ready() -> Ready:
        return Ready(version=index.current.description.version, newest=index.newest)

    @router.get(
        "/metrics",
        dependencies=secured,
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented()},
        summary="Counters for Prometheus",
    )
    async def counters() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return router
