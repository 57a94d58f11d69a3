"""How sure a standard score makes it that the best passage is a relevant one, learnt on one half of labelled claims."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from isoglot.data import Collection
from isoglot.data.indexed import index
from isoglot.evaluation.encoded import EncodedCollection
from isoglot.evaluation.evaluate import tie_order
from isoglot.evaluation.ranks import Integers, Pool, exclusions_of, golds_of
from isoglot.experiments.claims.retrieval.background import Background
from isoglot.experiments.claims.retrieval.nearest import nearest
from isoglot.experiments.claims.retrieval.platt import Curve, best_f1_threshold, fit_curve

FEWEST_TOPICS = 20
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """Labelled claims with their best passage, each as it is and with its relevant passages taken away.

    Args:
        topic: of each claim, shape [N].
        score: standard score of its best passage, shape [N].
        relevant: whether that one is relevant, shape [N].
        score_without: standard score of its best passage that is not relevant, shape [N].
    """

    topic: Integers
    score: Floats
    relevant: NDArray[np.bool_]
    score_without: Floats

    def of(self, chosen: NDArray[np.bool_]) -> "Labelled":
        """Some of them."""
        return Labelled(self.topic[chosen], self.score[chosen], self.relevant[chosen], self.score_without[chosen])

    @property
    def pairs(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Scores and labels of both, shape [2 N]."""
        return np.concatenate([self.score, self.score_without]), np.append(self.relevant, np.zeros_like(self.relevant))


@dataclass(frozen=True)
class Quality:
    """What a threshold does to claims that it was not chosen on; None where a share is of nothing.

    Args:
        precision: of what is found for claims as they are and with their evidence taken away, the share whose best
            passage is relevant.
        recall: of the claims whose best passage is relevant, the share that is found.
        coverage: the share of the claims that is found.
        found_without_evidence: the same with their relevant passages taken away: should be near 0.
    """

    precision: float | None
    recall: float | None
    coverage: float
    found_without_evidence: float


@dataclass(frozen=True)
class Calibration:
    """What was learnt from labelled claims, and how good it is.

    Args:
        collection: the labelled claims.
        topics: on which the curve was fitted.
        held_out_topics: on which its quality was measured.
        seed: cut the topics in halves.
        curve: gives the probability that the best passage is relevant.
        threshold: the standard score from which on evidence counts as found: the one of best F1 on the topics fitted,
            but none at which it is less probable than not.
        quality: of the threshold, on the topics held out.
    """

    collection: str
    topics: int
    held_out_topics: int
    seed: int
    curve: Curve
    threshold: float
    quality: Quality

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return asdict(self)


def has_labels(collection: Collection) -> bool:
    """Whether any passage is called relevant."""
    return bool(pc.any(pc.greater(collection.qrels["relevance"], 0)).as_py())


def calibrate(collection: Collection, encoded: EncodedCollection, *, seed: int) -> Calibration | str:
    """Fit a curve on one half of the topics and measure it on the other.

    All claims of a labelled collection have evidence in it. So that claims without any are known too, each counts
    twice: as it is, and with its relevant passages taken away. A probability therefore supposes that every second claim
    has evidence in the corpus.

    Args:
        collection: labelled claims: its queries.
        encoded: its vectors.
        seed: cuts the topics in halves.

    Returns:
        The calibration, or why there is none.
    """
    labelled = label(collection, encoded)
    topics = np.random.default_rng(seed).permutation(np.unique(labelled.topic))
    if len(topics) < FEWEST_TOPICS:
        return f"{collection.name} has {len(topics)} topics with a relevant passage, and it takes {FEWEST_TOPICS}"
    is_own = np.isin(labelled.topic, topics[: len(topics) // 2])
    scores, labels = labelled.of(is_own).pairs
    curve = fit_curve(scores, labels)
    if curve is None:
        return f"higher scores make no passage of {collection.name} more surely relevant"
    threshold = max(best_f1_threshold(scores, labels), curve.midpoint)
    quality = quality_of(labelled.of(~is_own), threshold)
    half = len(topics) // 2
    return Calibration(collection.name, half, len(topics) - half, seed, curve, threshold, quality)


def label(collection: Collection, encoded: EncodedCollection) -> Labelled:
    """The best passage of every query that has relevant ones and others."""
    indexed = index(collection)
    golds = golds_of(indexed)
    number = np.bincount(golds.query, minlength=len(indexed.query_topic))
    pool = Pool.of(encoded.passages, indexed.passage_language, tie_order(collection), encoded.sections)
    rows, scores = nearest(encoded.queries, pool, int(number.max()) + 1, exclusions=exclusions_of(indexed))
    width = len(indexed.passage_language)
    pairs = np.arange(len(rows))[:, None] * width + rows
    relevant = np.isin(pairs, golds.query * width + golds.passage) & (rows >= 0)
    other = ~relevant & (rows >= 0)
    usable = np.flatnonzero((number > 0) & other.any(axis=1))
    background, queries = Background.of(encoded.passages), encoded.queries[usable]
    first, first_other = scores[usable, 0], scores[usable, other[usable].argmax(axis=1)]
    return Labelled(
        indexed.query_topic[usable],
        background.standard_scores(queries, first),
        relevant[usable, 0],
        background.standard_scores(queries, first_other),
    )


def quality_of(held_out: Labelled, threshold: float) -> Quality:
    """What a threshold does to labelled claims."""
    found, false = held_out.score >= threshold, held_out.score_without >= threshold
    right = int((found & held_out.relevant).sum())
    total = int(found.sum() + false.sum())
    relevant = int(held_out.relevant.sum())
    return Quality(
        right / total if total else None,
        right / relevant if relevant else None,
        float(found.mean()),
        float(false.mean()),
    )
