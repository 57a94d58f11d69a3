"""Texts that are nearly the same, or of which one stands in the other, by the n-grams that they share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from isoglot.data.leakage.grams import GramSets, Integers, gram_sets
from isoglot.data.leakage.join import overlaps
from isoglot.data.leakage.normalise import columns

NEAR_DUPLICATE_COLUMNS, CONTAINED_COLUMNS, LOOSELY_CONTAINED_COLUMNS = 20, 40, 100
TRAIN_CHARACTERS, EVALUATION_CHARACTERS = 5_000_000, 40_000_000  # compared at once
ROUNDING = 1e-9
Similar = tuple[Integers, Integers, NDArray[np.bool_], NDArray[np.float64]]


@dataclass(frozen=True)
class Part:
    """Some of the texts: their positions among all, and their n-grams."""

    positions: Integers
    texts: list[str]
    columns: Integers
    sets: GramSets

    def needed(self, threshold: float) -> Integers:
        """How many of its n-grams a text has to share at least."""
        return np.ceil(threshold * self.sets.size - ROUNDING).astype(np.int64)


def similar_texts(train: Sequence[str], evaluation: Sequence[str], threshold: float) -> Similar:
    """All pairs of normalised texts that are near-duplicates or of which one contains the other.

    Near-duplicates have 20 columns each, and the Jaccard index of their n-gram sets reaches `threshold`. Of other pairs
    one contains the other where it holds it word for word and that has 40 columns, or where it holds a share of
    `threshold` of its n-grams and that has 100 columns: shorter texts share so much by a common template.

    Returns:
        Training text, evaluation text, whether it is a containment, and the Jaccard index or the contained share.
    """
    found = []
    for positions in _cut(evaluation, EVALUATION_CHARACTERS):
        held, vocabulary = _part(evaluation, positions)
        for known in _parts(train, vocabulary):
            first, second, contained, similarity = _pairs(known, held, len(vocabulary), threshold)
            found.append((known.positions[first], held.positions[second], contained, similarity))
    empty = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0)
    first, second, contained, similarity = map(np.concatenate, zip(empty, *found, strict=True))
    return first, second, contained, similarity


def _cut(texts: Sequence[str], characters: int) -> list[Integers]:
    """Positions of the texts that are long enough, cut into parts of about so many characters."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    long_enough = np.flatnonzero(columns(texts) >= NEAR_DUPLICATE_COLUMNS)
    number = np.cumsum(lengths[long_enough]) // characters
    return [part for part in np.split(long_enough, np.flatnonzero(np.diff(number)) + 1) if len(part)]


def _part(texts: Sequence[str], positions: Integers, vocabulary: pa.Array | None = None) -> tuple[Part, pa.Array]:
    chosen = [texts[position] for position in positions]
    sets, vocabulary = gram_sets(chosen, vocabulary)
    return Part(positions, chosen, columns(chosen), sets), vocabulary


def _parts(texts: Sequence[str], vocabulary: pa.Array) -> Iterator[Part]:
    return (_part(texts, positions, vocabulary)[0] for positions in _cut(texts, TRAIN_CHARACTERS))


def _pairs(train: Part, held: Part, vocabulary: int, threshold: float) -> Similar:
    """The pairs among two parts, looked for from either side: a containment may share enough of one alone."""
    second, first, shared = overlaps(held.sets, train.sets, held.needed(threshold), vocabulary)
    loosely = np.where(train.columns >= LOOSELY_CONTAINED_COLUMNS, train.needed(threshold), train.sets.size)
    containable = np.where(train.columns >= CONTAINED_COLUMNS, loosely, 0)
    others = overlaps(train.sets, held.sets, containable, vocabulary)
    key = np.concatenate((first, others[0])) * len(held.texts) + np.concatenate((second, others[1]))
    key, entry = np.unique(key, return_index=True)
    first, second = np.divmod(key, len(held.texts))
    return _judged(train, held, first, second, np.concatenate((shared, others[2]))[entry], threshold)


def _judged(train: Part, held: Part, first: Integers, second: Integers, shared: Integers, threshold: float) -> Similar:
    """Those of the pairs that fulfil the conditions of `similar_texts`."""
    train_size, held_size = train.sets.size[first], held.sets.size[second]
    jaccard, share = shared / (train_size + held_size - shared), shared / np.minimum(train_size, held_size)
    near = jaccard >= threshold - ROUNDING
    length = np.where(train_size < held_size, train.columns[first], held.columns[second])
    kept = near | ((share >= threshold - ROUNDING) & (length >= LOOSELY_CONTAINED_COLUMNS))
    for pair in np.flatnonzero(~kept & (share == 1) & (length >= CONTAINED_COLUMNS)):
        one, other = train.texts[first[pair]], held.texts[second[pair]]
        kept[pair] = one in other or other in one
    return first[kept], second[kept], ~near[kept], np.where(near, jaccard, share)[kept]
