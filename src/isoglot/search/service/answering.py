"""From a request to its answer: admission, encoding with others, searching in a thread, a limit of time."""

import asyncio
import os
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Self

from isoglot.search.request import SearchRequest
from isoglot.search.response import SearchResponse
from isoglot.search.service.live import LiveIndex
from isoglot.search.service.metrics import Metrics
from isoglot.search.service.refusal import busy
from isoglot.search.service.settings import ServiceSettings


class Threads:
    """Where work is done that would hold up the others: one thread encodes, as many as there are cores search."""

    def __init__(self) -> None:
        self.encoder = ThreadPoolExecutor(1, "encoder")
        self.searchers = ThreadPoolExecutor(os.cpu_count() or 1, "searcher")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for executor in (self.encoder, self.searchers):
            executor.shutdown(cancel_futures=True)


class Answering:
    """Answers requests from the current version, so many at a time and each within the time limit."""

    def __init__(self, index: LiveIndex, threads: Executor, settings: ServiceSettings, metrics: Metrics) -> None:
        self._index, self._threads, self._settings, self._metrics = index, threads, settings, metrics
        self._waiting = 0

    async def answer(self, request: SearchRequest) -> SearchResponse:
        """The answer to a request.

        Raises:
            Refusal: too many questions wait, or the answer takes too long.
            IsoglotError: as the index raises it.
        """
        if self._waiting >= self._settings.waiting:
            raise busy(f"{self._waiting} questions are waiting already; ask again in a moment.")
        self._waiting += 1
        self._metrics.waiting.set(self._waiting)
        try:
            async with asyncio.timeout(self._settings.timeout):
                return await self._answer(request)
        except TimeoutError as late:
            raise busy(f"The answer takes longer than {self._settings.timeout:g} seconds; ask again later.") from late
        finally:
            self._waiting -= 1
            self._metrics.waiting.set(self._waiting)

    async def _answer(self, request: SearchRequest) -> SearchResponse:
        started = time.perf_counter()
        served = self._index.current
        vector = None
        if request.mode != "lexical":
            vector = await served.batcher.vector(request.question, request.query_language)
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._threads, served.searcher.answer, request, vector)
        self._metrics.answered(response)
        return response.model_copy(update={"milliseconds": (time.perf_counter() - started) * 1000})
