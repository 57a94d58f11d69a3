"""How the examples of a batch draw their languages, hard negatives and further versions."""

import numpy as np
from numpy.typing import NDArray

from isoglot.batches.inventory import Inventory, Rows, sample
from isoglot.batches.strategies import Weights


def draw_pairs(
    pairs: Weights, has_query: NDArray[np.bool_], has_passage: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Rows, Rows]:
    """Draw each example's (query language, passage language) by weight among the pairs that its topic has.

    Args:
        pairs: [L, L] weights.
        has_query: [B, L] whether the topic has a query in the language.
        has_passage: [B, L] whether it has a relevant passage in the language.
        rng: makes the draw.

    Returns:
        Query languages [B] and passage languages [B].
    """
    asked, given = np.nonzero(pairs)
    whole = pairs[asked, given]
    weights = whole * (has_query[:, asked] & has_passage[:, given])
    same = asked == given
    if same.any() and not same.all():
        for kind in (same, ~same):
            weights[:, kind] *= _share_kept(weights[:, kind], whole[kind].sum())
    cumulative = weights.cumsum(axis=1)
    chosen = (cumulative > rng.random(len(weights))[:, None] * cumulative[:, -1:]).argmax(axis=1)
    return asked[chosen], given[chosen]


def _share_kept(weights: Weights, whole: float) -> Weights:
    """What gives the pairs of a kind the weight of the whole kind, however few of them an example has: [B, 1]."""
    present = weights.sum(axis=1, keepdims=True)
    return np.divide(whole, present, out=np.ones_like(present), where=present > 0)


def draw_negatives(
    stock: Inventory, topics: Rows, given: Rows, count: int, foreign_share: float, rng: np.random.Generator
) -> Rows:
    """Different passages judged 0 for each topic.

    Each is drawn with probability `foreign_share` from those in other languages than `given` (and none of those is
    parallel to a relevant passage), else from those in that language.

    Args:
        stock: the collection.
        topics: [B].
        given: language of each example's passage, [B].
        count: negatives per example.
        foreign_share: probability from 0 to 1.
        rng: makes the draw.

    Returns:
        Rows [B, count], -1 where there is none to draw.
    """
    own = stock.negatives.sample(topics * stock.language_count + given, count, rng)
    is_foreign = rng.random(own.shape) < foreign_share
    owner, rows = stock.true_negatives.expand(topics)
    elsewhere = stock.indexed.passage_language[rows] != given[owner]
    foreign = sample(owner[elsewhere], rows[elsewhere], len(topics), count, rng)
    return np.where(is_foreign, _next_for(is_foreign, foreign), _next_for(~is_foreign, own))


def _next_for(places: NDArray[np.bool_], rows: Rows) -> Rows:
    """At the k-th of an example's places the k-th of its rows."""
    return np.take_along_axis(rows, np.maximum(places.cumsum(axis=1) - 1, 0), axis=1)


def draw_versions(stock: Inventory, topics: Rows, passages: Rows, count: int, rng: np.random.Generator) -> Rows:
    """Versions of each example's passage in different other languages.

    The version in a language is a passage parallel to the example's, or else any that is relevant to its topic.

    Args:
        stock: the collection.
        topics: [B].
        passages: [B], each relevant to its topic.
        count: versions per example.
        rng: makes the draw.

    Returns:
        Rows [B, count], -1 where there are no more languages.
    """
    if count == 0:
        return np.zeros((len(topics), 0), np.int64)
    languages = stock.indexed.passage_language
    parallel_owner, parallel_rows = stock.versions.expand(stock.indexed.passage_group[passages])
    relevant_key, relevant_rows = stock.passages.expand(stock.keys(topics).ravel())
    owner = np.append(parallel_owner, relevant_key // stock.language_count)
    rows = np.append(parallel_rows, relevant_rows)
    is_parallel = np.arange(len(rows)) < len(parallel_rows)
    other = np.flatnonzero(languages[rows] != languages[passages][owner])
    preference = np.lexsort((rng.random(len(other)), ~is_parallel[other], languages[rows][other], owner[other]))
    ordered = other[preference]
    _, first = np.unique(np.stack([owner, languages[rows]])[:, ordered], axis=1, return_index=True)
    kept = ordered[first]
    return sample(owner[kept], rows[kept], len(topics), count, rng)
