"""Threads that each compute alone, and the memory that they write scores into."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor


@contextmanager
def working_threads(device: torch.device) -> Iterator[tuple[ThreadPoolExecutor, int]]:
    """As many threads as torch would use (one for a GPU), and how many these are.

    Each of them computes alone: in operations as short as ours the threads of torch and of BLAS would mostly wait for
    each other. The numbers of threads are as before when the block ends.
    """
    count = 1 if device.type == "cuda" else torch.get_num_threads()
    limits = threadpool_limits(1, "blas")
    try:
        with ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,)) as threads:
            yield threads, count
    finally:
        limits.restore_original_limits()
        torch.set_num_threads(max(count, torch.get_num_threads()))


class Rooms:
    """Memory for the scores of each thread, used again and again: fresh memory costs as much as filling it.

    Args:
        count: number of threads.
        cells: scores that a thread holds.
        device: where.
    """

    def __init__(self, count: int, cells: int, device: torch.device) -> None:
        self.free: SimpleQueue[Tensor] = SimpleQueue()
        for _ in range(count):
            self.free.put(torch.empty((2, cells), device=device))

    @contextmanager
    def of_shape(self, queries: int, passages: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Two matrices [queries, passages] with anything in them."""
        room = self.free.get()
        try:
            first, second = (part[: queries * passages].view(queries, passages) for part in room)
            yield first, second
        finally:
            self.free.put(room)
