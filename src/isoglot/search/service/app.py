"""The service as one ASGI app."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Security
from fastapi.security import HTTPBearer

from isoglot import __version__
from isoglot.search.service.answering import Answering, Threads
from isoglot.search.service.assistant import assistant, mcp_route
from isoglot.search.service.changes import writing
from isoglot.search.service.contract import Answers, Changes, Opens
from isoglot.search.service.guards.bodies import Bodies
from isoglot.search.service.guards.hosts import LoopbackHosts
from isoglot.search.service.guards.rates import Rates
from isoglot.search.service.guards.tokens import Tokens
from isoglot.search.service.guards.watch import Watch
from isoglot.search.service.handlers import add_handlers
from isoglot.search.service.live import LiveIndex
from isoglot.search.service.metrics import Metrics
from isoglot.search.service.operations import operations
from isoglot.search.service.pages import add_pages
from isoglot.search.service.routes import reading
from isoglot.search.service.settings import ServiceSettings

DESCRIPTION = "Search in documents of many languages with a question in any of them."


def create_app(settings: ServiceSettings, first: Answers, opens: Opens, changes: Changes | None = None) -> FastAPI:
    """The service of an index.

    Args:
        settings: how it is served.
        first: the version of the index to begin with.
        opens: opens the newest version, when there is a newer one.
        changes: how callers may change the index; None where they may not.
    """
    metrics, threads = Metrics(), Threads()
    index = LiveIndex(first, opens, threads.encoder, metrics)
    answering = Answering(index, threads.searchers, settings, metrics)
    server = assistant(index, answering)
    endpoint = mcp_route(server)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with threads:
            async with server.session_manager.run():
                watching = asyncio.create_task(index.watch())
                warming = asyncio.create_task(asyncio.to_thread(first.warm))  # questions are answered meanwhile
                yield
                await warming
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching

    app = FastAPI(
        title="isoglot",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    add_handlers(app)
    secured = [Security(HTTPBearer(auto_error=False))] if settings.token else []
    app.include_router(reading(index, answering, settings), dependencies=secured)
    if changes is not None:
        app.include_router(writing(index, changes), dependencies=secured)
    app.include_router(operations(index, metrics, secured))
    app.router.routes.append(endpoint)
    add_pages(app)
    _guard(app, settings, metrics)
    return app


def _guard(app: FastAPI, settings: ServiceSettings, metrics: Metrics) -> None:
    """Put the guards before the routes; what is added last stands outermost."""
    app.add_middleware(Bodies, timeout=settings.timeout)
    if settings.rate:
        app.add_middleware(Rates, rate=settings.rate)
    if settings.token:
        app.add_middleware(Tokens, token=settings.token)
    elif settings.loopback:
        app.add_middleware(LoopbackHosts)
    app.add_middleware(Watch, metrics=metrics)
