"""In which order the topics of a collection fill the batches of one kind."""

import zlib
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from isoglot.batches.inventory import Inventory, Rows
from isoglot.batches.rounds import topic_batches

StreamKey = tuple[int, bytes]

# Each kind of randomness has a branch of the seed of its own.
DRAW, EXAMPLES, ROUNDS = range(3)


class Streams:
    """A stream of topic batches for each collection and pattern, which are the language pairs that a batch may have.

    A stream only remembers what it computed, and is computed again where an earlier batch is asked for.

    Args:
        inventories: of the collections.
        batch_size: topics in a batch.
        seed: shuffles the topics of each stream in an order of its own.
    """

    def __init__(self, inventories: Sequence[Inventory], batch_size: int, seed: int) -> None:
        self.inventories, self.batch_size, self.seed = inventories, batch_size, seed
        self._topics: dict[StreamKey, Rows] = {}
        self._open: dict[StreamKey, tuple[int, Iterator[Rows]]] = {}

    def topics(self, key: StreamKey) -> Rows:
        """The topics of a collection that have a query and a passage in a pair of the pattern."""
        if key not in self._topics:
            stock = self.inventories[key[0]]
            wanted = np.frombuffer(key[1], bool).reshape(stock.language_count, stock.language_count)
            topics = np.arange(stock.topic_count)
            pairs = stock.has(stock.queries, topics).astype(np.int64) @ wanted * stock.has(stock.passages, topics)
            self._topics[key] = np.flatnonzero(pairs.any(axis=1))
        return self._topics[key]

    def open(self, key: StreamKey) -> Iterator[Rows]:
        """The batches of a stream from its first one on."""
        rng = np.random.default_rng([self.seed, ROUNDS, key[0], zlib.crc32(key[1])])
        return topic_batches(self.topics(key), self.inventories[key[0]].groups.of_one, self.batch_size, rng)

    def batch(self, key: StreamKey, position: int) -> Rows:
        """The batch that `position` others of its stream precede.

        Raises:
            RequestError: too few topics can stand together.
        """
        done, stream = self._open.pop(key, (0, None))  # a stream that raises must not be kept
        if stream is None or done > position:
            done, stream = 0, self.open(key)
        topics = next(islice(stream, position - done, None))
        self._open[key] = (position + 1, stream)
        return topics
