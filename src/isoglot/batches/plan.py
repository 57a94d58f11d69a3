"""The plan: the global batch of every step as a pure function of (seed, step)."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from isoglot.batches.batch import Batch, draw_pairs, excluded
from isoglot.batches.inventory import Inventory, Rows, take_inventory
from isoglot.batches.rounds import topic_batches
from isoglot.batches.strategies import Strategy, Weights
from isoglot.data import Collection
from isoglot.errors import RequestError

LanguageWeights = Literal["uniform", "size"]
StreamKey = tuple[int, bytes]

# Each kind of randomness has a branch of the seed of its own.
DRAW, EXAMPLES, ROUNDS = range(3)


class Plan:
    """What every step trains on.

    The languages of a step are drawn first (over those of all collections), then the collection, in proportion to
    the number of its topics that can stand in such a batch, raised to gamma (gamma = 1: arXiv 2408.10536, "based on
    dataset size"). Topics follow the collection's and pattern's own order of rounds, see `topic_batches`.

    Nothing needs saving to resume: a plan only remembers what it computed, and computes it again where it must.

    Args:
        collections: what to train on.
        strategy: draws the language pairs of a step.
        batch_size: examples in the global batch.
        seed: decides everything.
        gamma: exponent of the collection's size, 0 for equal shares.
        language_weights: "uniform", or "size" for each language in proportion to its topics.
        negatives: hard negatives per example, from the judgments with relevance 0 in the passage's language.
    """

    def __init__(
        self,
        collections: Sequence[Collection],
        strategy: Strategy,
        *,
        batch_size: int,
        seed: int,
        gamma: float = 1.0,
        language_weights: LanguageWeights = "uniform",
        negatives: int = 0,
    ) -> None:
        self.languages = sorted({language for collection in collections for language in collection.languages})
        self.strategy, self.batch_size, self.seed, self.gamma = strategy, batch_size, seed, gamma
        self.negatives = negatives
        self._inventories = [take_inventory(collection, self.languages) for collection in collections]
        self._weights = _language_weights(self._inventories, language_weights)
        self._draws: list[tuple[StreamKey, int]] = []
        self._drawn: Counter[StreamKey] = Counter()
        self._keys: dict[StreamKey, StreamKey] = {}  # one object per key, however many steps hold it
        self._topics: dict[StreamKey, Rows] = {}
        self._streams: dict[StreamKey, tuple[int, Iterator[Rows]]] = {}

    def check(self, steps: int) -> None:
        """Raise RequestError where one of the first `steps` batches could not be filled, or a collection has no use."""
        for step in range(steps):
            self._draw(step)
        for key, count in Counter(key for key, *_ in self._draws[:steps]).items():
            for _ in islice(self._open_stream(key), count):
                pass
        for stock in self._inventories:
            self._check_use(stock)

    def batch(self, step: int) -> Batch:
        """The global batch of a step, counted from 0.

        Raises:
            RequestError: too few topics offer what the strategy asks for.
        """
        key, position = self._draw(step)
        pairs, _ = self._draw_pairs(step)
        stock, topics = self._inventories[key[0]], self._topic_batch(key, position)
        rng = np.random.default_rng([self.seed, EXAMPLES, step])
        asked, given = draw_pairs(pairs, stock.has(stock.queries, topics), stock.has(stock.passages, topics), rng)
        queries = stock.queries.pick(topics * stock.language_count + asked, rng)
        passages = stock.passages.pick(topics * stock.language_count + given, rng)
        negatives = self._pick_negatives(stock, topics, given, rng)
        return Batch(key[0], topics, queries, passages, negatives, excluded(stock, topics, passages, negatives))

    def _draw_pairs(self, step: int) -> tuple[Weights, np.random.Generator]:
        """The language pairs of a step, and the generator that draws its collection next."""
        rng = np.random.default_rng([self.seed, DRAW, step])
        return self.strategy(self._weights, rng), rng

    def _draw(self, step: int) -> tuple[StreamKey, int]:
        """The stream of a step, and how many earlier steps took a batch from it."""
        while len(self._draws) <= step:
            key = self._choose_collection(*self._draw_pairs(len(self._draws)))
            self._draws.append((key, self._drawn[key]))
            self._drawn[key] += 1
        return self._draws[step]

    def _choose_collection(self, pairs: Weights, rng: np.random.Generator) -> StreamKey:
        pattern = (pairs > 0).tobytes()
        sizes = np.array([len(self._servable((number, pattern))) for number in range(len(self._inventories))])
        weights = np.where(sizes >= self.batch_size, np.maximum(sizes, 1.0) ** self.gamma, 0.0)
        if not weights.any():
            raise RequestError(self._too_few(pairs > 0, int(sizes.max())))
        key = int(rng.choice(len(weights), p=weights / weights.sum())), pattern
        return self._keys.setdefault(key, key)

    def _servable(self, key: StreamKey) -> Rows:
        """The topics of a collection that have a query and a passage in a pair of the pattern."""
        if key not in self._topics:
            stock, width = self._inventories[key[0]], len(self.languages)
            wanted = np.frombuffer(key[1], bool).reshape(width, width)
            topics = np.arange(stock.topic_count)
            pairs = stock.has(stock.queries, topics).astype(np.int64) @ wanted * stock.has(stock.passages, topics)
            self._topics[key] = np.flatnonzero(pairs.any(axis=1))
        return self._topics[key]

    def _too_few(self, wanted: NDArray[np.bool_], most: int) -> str:
        if not wanted.any():
            only = self.languages[0]
            return f"cross-lingual batches need two languages, and there is {only!r} alone; use --strategy monolingual."
        languages = [self.languages[number] for number in np.flatnonzero(wanted.any(axis=0) | wanted.any(axis=1))]
        what = f"language {languages[0]!r}" if len(languages) == 1 else f"the languages {', '.join(languages)}"
        verb = "has" if len(languages) == 1 else "have"
        or_leave_out = ", or name the other languages with --languages" if len(languages) < len(self.languages) else ""
        return (
            f"{what} {verb} {most} topics in any one collection, fewer than a batch of {self.batch_size}; lower "
            f"--batch-size{or_leave_out}."
        )

    def _check_use(self, stock: Inventory) -> None:
        if stock.topic_count < self.batch_size:
            raise RequestError(
                f"{stock.name} has {stock.topic_count} topics to train on, fewer than a batch of {self.batch_size}; "
                "lower --batch-size, or leave the collection out."
            )
        if self.negatives and len(stock.negatives.rows) == 0:
            raise RequestError(
                f"{stock.name} has no judgments with relevance 0 to take {self.negatives} hard negatives from; leave "
                "--negatives out."
            )

    def _open_stream(self, key: StreamKey) -> Iterator[Rows]:
        stock, topics = self._inventories[key[0]], self._servable(key)
        owner, group = stock.groups.expand(topics)
        groups: dict[int, tuple[int, ...]] = dict.fromkeys(topics.tolist(), ())
        for topic, number in zip(topics[owner].tolist(), group.tolist(), strict=True):
            groups[topic] += (number,)
        rng = np.random.default_rng([self.seed, ROUNDS, key[0], zlib.crc32(key[1])])
        return topic_batches(groups, self.batch_size, rng)

    def _topic_batch(self, key: StreamKey, position: int) -> Rows:
        done, stream = self._streams.pop(key, (0, None))  # a stream that raises must not be kept
        if stream is None or done > position:
            done, stream = 0, self._open_stream(key)
        topics = next(islice(stream, position - done, None))
        self._streams[key] = (position + 1, stream)
        return topics

    def _pick_negatives(self, stock: Inventory, topics: Rows, given: Rows, rng: np.random.Generator) -> Rows:
        """Different judged negatives of each topic in the language of its passage, as far as there are such."""
        return stock.negatives.sample(topics * stock.language_count + given, self.negatives, rng)


def _language_weights(inventories: Sequence[Inventory], kind: LanguageWeights) -> Weights:
    """Probability of each language: uniform, or by the topics that have a query or a passage in it."""
    sizes = np.zeros(inventories[0].language_count)
    for stock in inventories:
        topics = np.arange(stock.topic_count)
        sizes += (stock.has(stock.queries, topics) | stock.has(stock.passages, topics)).sum(axis=0)
    weights = sizes if kind == "size" else (sizes > 0).astype(np.float64)
    return weights / weights.sum()
