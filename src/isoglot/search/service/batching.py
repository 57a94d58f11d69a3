"""Questions that come at the same time are encoded together."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

WINDOW = 0.002  # seconds that the first question of a batch waits for others
LARGEST_BATCH = 32

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str], Sequence[str | None]], Vectors]
Asked = tuple[str, str | None]
Waiting = tuple[Asked, "asyncio.Future[Vectors]"]


class Batcher:
    """Gathers questions while the encoder is busy, and for a moment when it is not, and encodes them as one batch.

    Args:
        encode: questions and their languages, None where unknown, to vectors, [questions, dimensions].
        encoder: the thread that encodes; one, because tokenizers are not safe in several.
        observe: is told the size of each batch.
    """

    def __init__(self, encode: Encode, encoder: Executor, observe: Callable[[int], object]) -> None:
        self._encode, self._encoder, self._observe = encode, encoder, observe
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def vector(self, question: str, language: str | None = None) -> Vectors:
        """The vector of a question, [dimensions]; raises what the encoder raised for this question."""
        future: asyncio.Future[Vectors] = asyncio.get_running_loop().create_future()
        self._waiting.append(((question, language), future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        await asyncio.sleep(WINDOW)
        while self._waiting:
            batch, self._waiting = self._waiting[:LARGEST_BATCH], self._waiting[LARGEST_BATCH:]
            await self._answer([waiting for waiting in batch if not waiting[1].done()])

    async def _answer(self, batch: list[Waiting]) -> None:
        """Encode a batch; where that fails, each question by itself, so that one failure is not everybody's."""
        if not batch:
            return
        self._observe(len(batch))
        try:
            vectors = await self._run([asked for asked, _ in batch])
        except Exception as problem:  # noqa: BLE001 - it belongs to whoever asked
            if len(batch) == 1:
                _fail(batch[0][1], problem)
                return
            for waiting in batch:
                await self._answer([waiting])
            return
        for (_, future), vector in zip(batch, vectors, strict=True):
            if not future.done():
                future.set_result(vector)

    async def _run(self, asked: list[Asked]) -> Vectors:
        questions, languages = zip(*asked, strict=True)
        return await asyncio.get_running_loop().run_in_executor(self._encoder, self._encode, questions, languages)


def _fail(future: "asyncio.Future[Vectors]", problem: Exception) -> None:
    if not future.done():
        future.set_exception(problem)
