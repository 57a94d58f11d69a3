"""The plan: the global batch of every step as a pure function of (seed, step)."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import numpy as np

from isoglot.batches.batch import Batch
from isoglot.batches.examples import draw_negatives, draw_pairs, draw_versions
from isoglot.batches.inventory import Inventory, take_inventory
from isoglot.batches.languages import LanguageWeights, language_probabilities
from isoglot.batches.masks import excluded, positive
from isoglot.batches.refusals import check_use, check_versions, too_few
from isoglot.batches.strategies import Schedule, Weights, cross_lingual, one_of
from isoglot.batches.streams import DRAW, EXAMPLES, StreamKey, Streams
from isoglot.data import Collection
from isoglot.errors import RequestError


class Plan:
    """What every step trains on.

    The languages of a step are drawn first (over those of all collections it may draw), then the collection, in
    proportion to the number of its topics that can stand in such a batch, raised to gamma (gamma = 1: arXiv 2408.10536,
    "based on dataset size"). One pair of two languages that none of them has is drawn again. Topics follow the
    collection's and pattern's own order of rounds, see `topic_batches`.

    Nothing needs saving to resume: a plan only remembers what it computed, and computes it again where it must.

    Args:
        collections: what to train on.
        schedule: gives the strategy of a step, which draws its language pairs: see `strategy_named`.
        batch_size: examples in the global batch.
        seed: decides everything.
        gamma: exponent of the collection's size, 0 for equal shares.
        language_weights: "uniform", or "size" for each language in proportion to its topics.
        language_temperature: evens out the weights by size, see `language_probabilities`.
        first_steps: for each collection the first step that may draw it (default 0), see `curriculum`.
        negatives: hard negatives per example, from the judgments with relevance 0 in the passage's language.
        foreign_negatives: probability of each of them to be in another language instead.
        versions: at most so many versions of each passage in other languages, as further positives: the grouped
            positives of LEMUR (arXiv 2602.09570), which takes all of them.
    """

    def __init__(  # noqa: PLR0913 - whatever decides a batch
        self,
        collections: Sequence[Collection],
        schedule: Schedule,
        *,
        batch_size: int,
        seed: int,
        gamma: float = 1.0,
        language_weights: LanguageWeights = "uniform",
        language_temperature: float = 1.0,
        first_steps: Sequence[int] | None = None,
        negatives: int = 0,
        foreign_negatives: float = 0.0,
        versions: int = 0,
    ) -> None:
        self.languages = sorted({language for collection in collections for language in collection.languages})
        self.schedule, self.batch_size, self.seed, self.gamma = schedule, batch_size, seed, gamma
        self.language_weights, self.language_temperature = language_weights, language_temperature
        self.first_steps = np.array(first_steps or [0] * len(collections))
        self.negatives, self.foreign_negatives = negatives, foreign_negatives
        self.multi_positives = versions > 0
        self.versions = min(versions, len(self.languages) - 1)
        self._inventories = [take_inventory(collection, self.languages) for collection in collections]
        self._streams = Streams(self._inventories, batch_size, seed)
        self._probabilities: dict[bytes, Weights] = {}
        self._draws: list[tuple[StreamKey, int]] = []
        self._drawn: Counter[StreamKey] = Counter()
        self._keys: dict[StreamKey, StreamKey] = {}  # one object per key, however many steps hold it

    def check(self, steps: int) -> None:
        """Raise RequestError where one of the first `steps` batches could not be filled, or a collection has no use."""
        for step in range(steps):
            self._draw(step)
        for key, count in Counter(key for key, *_ in self._draws[:steps]).items():
            for _ in islice(self._streams.open(key), count):
                pass
        for stock in self._inventories:
            check_use(stock, self.batch_size, self.negatives)
        if self.multi_positives:
            check_versions(self._inventories)

    def batch(self, step: int) -> Batch:
        """The global batch of a step, counted from 0.

        Raises:
            RequestError: too few topics offer what the strategy asks for.
        """
        key, position = self._draw(step)
        pairs, _ = self._draw_pairs(step)
        stock, topics = self._inventories[key[0]], self._streams.batch(key, position)
        rng = np.random.default_rng([self.seed, EXAMPLES, step])
        asked, given = draw_pairs(pairs, stock.has(stock.queries, topics), stock.has(stock.passages, topics), rng)
        queries = stock.queries.pick(topics * stock.language_count + asked, rng)
        passages = stock.passages.pick(topics * stock.language_count + given, rng)
        negatives = draw_negatives(stock, topics, given, self.negatives, self.foreign_negatives, rng)
        versions = draw_versions(stock, topics, passages, self.versions, rng)
        positives = positive(negatives, versions)
        candidates = np.concatenate([passages, negatives.ravel(), versions.ravel()])
        mask = excluded(stock, topics, candidates, positives)
        return Batch(key[0], topics, queries, passages, negatives, versions, positives, mask)

    def _language_probabilities(self, step: int) -> Weights:
        """Over the collections that the step may draw."""
        started = self.first_steps <= step
        if started.tobytes() not in self._probabilities:
            self._probabilities[started.tobytes()] = language_probabilities(
                self._started(step), self.language_weights, self.language_temperature
            )
        return self._probabilities[started.tobytes()]

    def _draw_pairs(self, step: int) -> tuple[Weights, np.random.Generator]:
        """The language pairs of a step, and the generator that draws its collection next."""
        rng = np.random.default_rng([self.seed, DRAW, step])
        languages = self._language_probabilities(step)
        pairs = self.schedule(step)(languages, rng)
        is_one_pair = np.count_nonzero(pairs) == 1 and not pairs.diagonal().any()
        return (self._one_that_is_there(pairs, step, rng) if is_one_pair else pairs), rng

    def _one_that_is_there(self, pair: Weights, step: int, rng: np.random.Generator) -> Weights:
        """The pair where a collection of the step has it, else another one that one has; itself where none has any."""
        there = np.any([stock.pairs for stock in self._started(step)], axis=0)
        if there[pair > 0].any():
            return pair
        another = one_of(cross_lingual(self._language_probabilities(step), rng) * there, rng)
        return another if another.any() else pair

    def _started(self, step: int) -> list[Inventory]:
        """The collections that the step may draw."""
        return [stock for stock, first in zip(self._inventories, self.first_steps, strict=True) if first <= step]

    def _draw(self, step: int) -> tuple[StreamKey, int]:
        """The stream of a step, and how many earlier steps took a batch from it."""
        while len(self._draws) <= step:
            key = self._choose_collection(len(self._draws))
            self._draws.append((key, self._drawn[key]))
            self._drawn[key] += 1
        return self._draws[step]

    def _choose_collection(self, step: int) -> StreamKey:
        pairs, rng = self._draw_pairs(step)
        pattern = (pairs > 0).tobytes()
        sizes = np.array([len(self._streams.topics((number, pattern))) for number in range(len(self._inventories))])
        sizes[self.first_steps > step] = 0
        weights = np.where(sizes >= self.batch_size, np.maximum(sizes, 1.0) ** self.gamma, 0.0)
        if not weights.any():
            start = f"at step {step} of the curriculum, " if (self.first_steps > step).any() else ""
            drawable = self._language_probabilities(step) > 0
            raise RequestError(start + too_few(self.languages, drawable, pairs > 0, int(sizes.max()), self.batch_size))
        key = int(rng.choice(len(weights), p=weights / weights.sum())), pattern
        return self._keys.setdefault(key, key)
