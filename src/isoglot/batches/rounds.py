"""In which order topics are drawn: every one before any is drawn again, and never two that share a passage."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from isoglot.errors import RequestError


def topic_batches(
    topics: NDArray[np.int64], groups: Callable[[int], Iterable[int]], batch_size: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Endless batches of topics.

    Topics wait in a queue of shuffled rounds. A batch takes from the front and passes over a topic that it holds
    already or that shares a parallel group with one it holds; what was passed over goes first in the next batch.
    So a topic is drawn after one of a later round only where it could not stand in the batch of that one.

    Args:
        topics: what to draw.
        groups: gives the parallel groups of the relevant passages of a topic.
        batch_size: topics in a batch.
        rng: shuffles the rounds.

    Raises:
        RequestError: no batch of this size can be filled.
    """
    queue: deque[int] = deque()
    while True:
        batch: dict[int, None] = {}
        passed_over: list[int] = []
        taken: set[int] = set()
        rounds = 0
        while len(batch) < batch_size:
            if not queue:
                rounds += 1
                if rounds > 1:
                    raise RequestError(
                        f"only {len(batch)} of {len(topics)} topics can stand together without sharing a passage, "
                        f"fewer than a batch of {batch_size}; lower --batch-size."
                    )
                queue.extend(rng.permutation(topics).tolist())
            topic = queue.popleft()
            own = groups(topic)
            if topic in batch or not taken.isdisjoint(own):
                passed_over.append(topic)
            else:
                batch[topic] = None
                taken.update(own)
        queue.extendleft(reversed(passed_over))
        yield np.array(list(batch))
