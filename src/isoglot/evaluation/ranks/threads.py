"""Threads that each compute alone, and the memory that they write scores into."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from queue import SimpleQueue
from typing import TypeVar

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

Item = TypeVar("Item")


@contextmanager
def working_threads(device: torch.device) -> Iterator[tuple[ThreadPoolExecutor, int]]:
    """As many threads as torch would use (one for a GPU), and how many these are.

    Each of them computes alone: in operations as short as ours the threads of torch and of BLAS would mostly wait for
    each other. Elsewhere the numbers of threads stay as they are, so that what others compute does not change.
    """
    count = 1 if device.type == "cuda" else torch.get_num_threads()
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(count, initializer=_compute_alone) as threads:
        yield threads, count


def _compute_alone() -> None:
    """Let operations of the calling thread use no other; those of all other threads stay as they are."""
    torch.get_num_threads()  # the first use in a thread sets its number, which is then changed
    threadpool_limits(1, "openmp")


def one_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Each item once the next has been made.

    >>> numbers = iter(range(3))
    >>> next(one_ahead(numbers)), next(numbers)
    (0, 2)
    """
    held = list(islice(items, 1))
    for item in items:
        held.append(item)
        yield held.pop(0)
    yield from held


def run_through(groups: Iterable[list[Future[None]]], at_once: int) -> None:
    """Have groups of tasks begun, at most so many at once, and wait for all; what one raises is raised here."""
    running: deque[list[Future[None]]] = deque()
    for group in groups:
        running.append(group)
        if len(running) == at_once:
            _wait_for(running.popleft())
    for group in running:
        _wait_for(group)


def _wait_for(tasks: list[Future[None]]) -> None:
    for task in tasks:
        task.result()


class Rooms:
    """Memory for the scores of each thread, used again and again: fresh memory costs as much as filling it.

    Args:
        count: number of threads.
        device: where.
    """

    def __init__(self, count: int, device: torch.device) -> None:
        self.free: SimpleQueue[Tensor] = SimpleQueue()
        for _ in range(count):
            self.free.put(torch.empty((2, 0), device=device))

    @contextmanager
    def of_shape(self, queries: int, passages: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Two matrices [queries, passages] with anything in them."""
        room, cells = self.free.get(), queries * passages
        if room.shape[1] < cells:
            room = torch.empty((2, cells), device=room.device)
        try:
            first, second = (part[:cells].view(queries, passages) for part in room)
            yield first, second
        finally:
            self.free.put(room)
