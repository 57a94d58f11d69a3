"""Admission, limits of time, and newer versions of the index."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot.errors import IsoglotError
from isoglot.search.request import SearchRequest
from isoglot.search.service.answering import Answering, Threads
from isoglot.search.service.live import LiveIndex
from isoglot.search.service.metrics import Metrics
from isoglot.search.service.refusal import Refusal
from isoglot.search.service.settings import ServiceSettings

from .stub import StubSearcher

ASKED = SearchRequest(question="When?")
Works = Callable[[Answering, LiveIndex], Awaitable[Any]]


def run(work: Works, searcher: StubSearcher, opens: Any = StubSearcher, **settings: Any) -> Any:
    async def working() -> Any:
        metrics = Metrics()
        with Threads() as threads:
            index = LiveIndex(searcher, opens, threads.encoder, metrics, look_every=0.01)
            return await work(Answering(index, threads.searchers, ServiceSettings(Path(), **settings), metrics), index)

    return asyncio.run(working())


def test_questions_beyond_the_queue_are_refused_and_the_others_answered() -> None:
    gate = threading.Event()

    async def work(answering: Answering, _: LiveIndex) -> None:
        waiting = [asyncio.create_task(answering.answer(ASKED)) for _ in range(4)]
        await asyncio.sleep(0.01)
        with pytest.raises(Refusal, match="4 questions are waiting already") as refused:
            await answering.answer(ASKED)
        assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
        gate.set()
        assert all(answer.hits for answer in await asyncio.gather(*waiting))
        assert (await answering.answer(ASKED)).hits

    run(work, StubSearcher(gate=gate), waiting=4)


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    gate = threading.Event()

    async def work(answering: Answering, _: LiveIndex) -> None:
        with pytest.raises(Refusal, match=r"takes longer than 0\.05 seconds") as refused:
            await answering.answer(ASKED)
        assert (refused.value.status, "Retry-After" in refused.value.headers) == (503, True)
        gate.set()
        assert (await answering.answer(ASKED)).hits

    run(work, StubSearcher(gate=gate), timeout=0.05)


def test_a_newer_version_takes_over_while_the_old_one_still_answers() -> None:
    gate = threading.Event()
    old, new = StubSearcher(gate=gate), StubSearcher(version=2)

    async def work(answering: Answering, index: LiveIndex) -> None:
        asked_of_the_old = asyncio.create_task(answering.answer(ASKED))
        await asyncio.sleep(0.02)
        await index.refresh()
        assert index.current.searcher is old
        old.newest = 2
        await index.refresh()
        assert index.current.searcher is new
        assert new.warmed
        assert (await answering.answer(ASKED)).hits
        gate.set()
        assert (await asked_of_the_old).hits
        assert len(old.batches) == len(new.batches) == 1

    run(work, old, lambda: new)


def test_a_version_that_cannot_be_opened_leaves_the_old_one() -> None:
    fails = [IsoglotError("The index is broken."), OSError(28, "No space left on device")]

    def opens() -> StubSearcher:
        if fails:
            raise fails.pop()
        return StubSearcher(version=3)

    async def work(answering: Answering, index: LiveIndex) -> None:
        for _ in range(2):
            await index.refresh()
            assert index.current.searcher.description.version == 1
            assert (await answering.answer(ASKED)).hits
        await index.refresh()
        assert index.current.searcher.description.version == 3

    run(work, StubSearcher(newest=2), opens)


def test_the_watch_looks_by_itself() -> None:
    async def work(_: Answering, index: LiveIndex) -> None:
        watching = asyncio.create_task(index.watch())
        async with asyncio.timeout(10):
            while index.current.searcher.description.version == 1:
                await asyncio.sleep(0.01)
        watching.cancel()

    run(work, StubSearcher(newest=2), lambda: StubSearcher(version=2))
