"""The version of the index that answers, and how a newer one takes its place."""

import asyncio
import logging
from concurrent.futures import Executor
from dataclasses import dataclass

from isoglot.search.response import IndexDescription
from isoglot.search.service.batching import Batcher
from isoglot.search.service.contract import Answers, Opens
from isoglot.search.service.logs import log
from isoglot.search.service.metrics import Metrics

LOOK_EVERY = 2.0  # seconds


@dataclass(frozen=True)
class Served:
    """A version that answers; a question is encoded and answered by the same one."""

    searcher: Answers
    batcher: Batcher
    description: IndexDescription


class LiveIndex:
    """Serves a version until a newer one is open; one that cannot be opened leaves the old one serving.

    `newest` is the version that the index had when it was looked at last, `failure` why that one does not answer; empty
    where it does.

    Args:
        first: the version to begin with.
        opens: opens the newest version.
        encoder: the thread that encodes questions.
        metrics: is told versions, batches and failures.
        look_every: seconds between looks for a newer version.
    """

    def __init__(
        self, first: Answers, opens: Opens, encoder: Executor, metrics: Metrics, look_every: float = LOOK_EVERY
    ) -> None:
        self._opens, self._encoder, self._metrics, self._look_every = opens, encoder, metrics, look_every
        self._refreshing = asyncio.Lock()
        self.failure = ""
        self.current = self._serve(first)
        self.newest = self.current.description.version

    async def watch(self) -> None:
        """Look for newer versions until cancelled."""
        while True:
            await asyncio.sleep(self._look_every)
            await self.refresh()

    async def refresh(self) -> None:
        """Put the newest version in the place of the current one, if there is a newer one and it can be opened."""
        async with self._refreshing:
            try:
                self.newest = await asyncio.to_thread(self.current.searcher.newest_version)
                if self.newest != self.current.description.version:
                    self.current = self._serve(await asyncio.to_thread(self._opened))
                    self.newest = self.current.description.version
                    log("reloaded", version=self.newest)
                self.failure = ""
            except Exception as problem:  # noqa: BLE001 - whatever it is, the old version answers
                self._failed(problem)

    def _failed(self, problem: Exception) -> None:
        self._metrics.reload_failures.inc()
        reason = str(problem) or type(problem).__name__
        if reason != self.failure:
            log("reload failed", logging.WARNING, problem, reason=reason)
        self.failure = reason

    def _opened(self) -> Answers:
        searcher = self._opens()
        searcher.warm()
        return searcher

    def _serve(self, searcher: Answers) -> Served:
        description = searcher.description
        self._metrics.version.set(description.version)
        return Served(searcher, Batcher(searcher.encode, self._encoder, self._metrics.batch), description)
