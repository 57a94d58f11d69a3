"""Which places of the training texts give away which places of the evaluation texts, and how."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from isoglot.data.leakage.grams import Integers
from isoglot.data.leakage.normalise import columns
from isoglot.data.leakage.report import KINDS
from isoglot.data.leakage.similar import NEAR_DUPLICATE_COLUMNS, similar_texts
from isoglot.data.leakage.texts import Texts

EXACT, NORMALISED, NEAR_DUPLICATE, CONTAINED, SHORT = map(
    KINDS.index, ("exact", "normalised", "near-duplicate", "contained", "short")
)


@dataclass(frozen=True)
class Pairs:
    """Pairs of places, the most severe first: position in KINDS, similarity, place in training and in evaluation."""

    kind: Integers
    similarity: NDArray[np.float64]
    train: Integers
    evaluation: Integers


def leaking_pairs(train: Texts, evaluation: Texts, threshold: float) -> Pairs:
    """All pairs of places whose texts are equal, normalised equal, near-duplicates, or one in the other."""
    equal = pc.index_in(pa.array(train.normalised, pa.string()), value_set=pa.array(evaluation.normalised, pa.string()))
    partner = pc.fill_null(equal, -1).to_numpy().astype(np.int64)
    same = np.flatnonzero(partner >= 0)
    first, second, contained, similarity = similar_texts(train.normalised, evaluation.normalised, threshold)
    other = partner[first] != second
    kind = np.concatenate((np.full(len(same), EXACT), np.where(contained[other], CONTAINED, NEAR_DUPLICATE)))
    similarity = np.concatenate((np.ones(len(same)), similarity[other]))
    first, second = np.concatenate((same, first[other])), np.concatenate((partner[same], second[other]))
    train_place, pair = train.places(first)
    evaluation_place, again = evaluation.places(second[pair])
    train_place, pair = train_place[again], pair[again]
    kind = _graded(kind[pair], train, train_place, evaluation, evaluation_place)
    length = columns(evaluation.normalised)[second[pair]]
    order = np.lexsort((train_place, evaluation_place, -length, -similarity[pair], kind))
    return Pairs(kind[order], similarity[pair][order], train_place[order], evaluation_place[order])


def _graded(
    kind: Integers, train: Texts, train_place: Integers, evaluation: Texts, evaluation_place: Integers
) -> Integers:
    """Tell the short and the normalised among the texts that are equal once they are normalised."""
    rows = np.flatnonzero(kind == EXACT)
    strings = train.first_rows(train_place[rows])["text"], evaluation.first_rows(evaluation_place[rows])["text"]
    exact = pc.equal(*strings).to_numpy()
    short = (columns(train.normalised) < NEAR_DUPLICATE_COLUMNS)[train.place_text[train_place[rows]]]
    graded = kind.copy()
    graded[rows] = np.where(short, SHORT, np.where(exact, EXACT, NORMALISED))
    return graded
