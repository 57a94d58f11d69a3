"""Questions that come together are encoded together."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from isoglot.search.service.batching import LARGEST_BATCH, Batcher


class Encoder:
    """Gives the length of a question; questions that hold "bad" spoil every batch that they are in."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.languages: list[str | None] = []

    def __call__(self, questions: Sequence[str], languages: Sequence[str | None]) -> NDArray[np.float32]:
        self.languages += languages
        self.batches.append(list(questions))
        if any("bad" in question for question in questions):
            raise ValueError(str(questions))
        return np.array([[len(question)] for question in questions], np.float32)


def run(work: Callable[[Batcher], Awaitable[Any]], encode: Any, sizes: list[int] | None = None) -> Any:
    async def working() -> Any:
        with ThreadPoolExecutor(1) as encoder:
            return await work(Batcher(encode, encoder, (sizes if sizes is not None else []).append))

    return asyncio.run(working())


async def all_of(batcher: Batcher, questions: Sequence[str]) -> list[Any]:
    return await asyncio.gather(*map(batcher.vector, questions), return_exceptions=True)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["a", "bb", "bad", "dddd"]), max_size=80))
def test_everybody_gets_the_vector_of_their_own_question(questions: list[str]) -> None:
    encode = Encoder()
    vectors = run(lambda batcher: all_of(batcher, questions), encode)
    for question, vector in zip(questions, vectors, strict=True):
        assert isinstance(vector, ValueError) if question == "bad" else vector.tolist() == [len(question)]
    assert all(len(batch) <= LARGEST_BATCH for batch in encode.batches)


def test_what_comes_at_once_is_one_batch() -> None:
    encode, sizes = Encoder(), list[int]()
    run(lambda batcher: all_of(batcher, ["a"] * 20), encode, sizes)
    assert (sizes, len(encode.batches)) == ([20], 1)


def test_what_comes_while_the_encoder_works_is_the_next_batch() -> None:
    started, go = threading.Event(), threading.Event()
    encode = Encoder()

    def slow(*asked: Any) -> NDArray[np.float32]:
        started.set()
        go.wait(10)
        return encode(*asked)

    async def work(batcher: Batcher) -> None:
        first = asyncio.create_task(batcher.vector("first"))
        await asyncio.to_thread(started.wait, 10)
        others = asyncio.create_task(all_of(batcher, ["b", "c", "d"]))
        await asyncio.sleep(0.01)
        go.set()
        await asyncio.gather(first, others)

    run(work, slow)
    assert encode.batches == [["first"], ["b", "c", "d"]]


def test_who_left_is_not_encoded() -> None:
    encode = Encoder()

    async def work(batcher: Batcher) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await batcher.vector("gone")
        assert (await batcher.vector("here")).tolist() == [4]

    run(work, encode)
    assert encode.batches == [["here"]]


def test_a_language_that_is_given_stays_with_its_question() -> None:
    encode = Encoder()

    async def work(batcher: Batcher) -> None:
        await asyncio.gather(batcher.vector("a", "sw"), batcher.vector("b"), batcher.vector("c", "de"))

    run(work, encode)
    assert (encode.batches, encode.languages) == ([["a", "b", "c"]], ["sw", None, "de"])
