"""The next step's share is read while the step at hand is computed."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from torch.utils.data import Dataset


class ReadAhead(Dataset[Any]):
    """Items of a data set, of which the one after the last asked for is being made in a thread of its own.

    All items are made in that one thread, in the order in which they are asked for, and each is what it would be
    without reading ahead. An error in making an item comes when the item is asked for.

    Args:
        make: gives an item by its number.
        count: of items.
    """

    def __init__(self, make: Callable[[int], Any], count: int) -> None:
        self.make, self.count = make, count
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self.ahead: tuple[int, Future[Any]] | None = None

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> Any:
        known, item = self.ahead or (None, None)
        if item is None or known != number:
            item = self.thread.submit(self.make, number)
        following = number + 1
        self.ahead = (following, self.thread.submit(self.make, following)) if following < self.count else None
        return item.result()
