"""The sentences for batches that cannot be filled."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from isoglot.batches.inventory import Inventory
from isoglot.errors import RequestError


def too_few(
    languages: list[str], drawable: NDArray[np.bool_], wanted: NDArray[np.bool_], most: int, batch_size: int
) -> str:
    """What to say of language pairs that no collection can fill a batch with.

    Args:
        languages: names.
        drawable: [L], whether a language can be drawn.
        wanted: [L, L], the pairs that the batch may have.
        most: topics of the collection that has most.
        batch_size: topics it would need.
    """
    if not wanted.any():
        only = languages[int(drawable.argmax())]
        return f"cross-lingual batches need two languages, and there is {only!r} alone; use --strategy monolingual."
    if wanted.sum() == 1 and not wanted.diagonal().any():
        asked, given = (languages[side[0]] for side in np.nonzero(wanted))
        if most == 0:
            return "cross-lingual batches need topics in two languages, and there are none; use --strategy monolingual."
        lower = f"lower --batch-size to {most} or less, or " if most > 1 else ""
        return (
            f"at most {most} topics of a collection have a query in {asked!r} and a passage in {given!r}, fewer than a "
            f"batch of {batch_size}; {lower}use --strategy cross-lingual."
        )
    names = [languages[number] for number in np.flatnonzero(wanted.any(axis=0) | wanted.any(axis=1))]
    what, verb = (f"language {names[0]!r}", "has") if len(names) == 1 else (f"the languages {', '.join(names)}", "have")
    or_leave_out = ", or name the other languages with --languages" if len(names) < len(languages) else ""
    lower = f"lower --batch-size to {most} or less" if most > 1 else "add topics"
    return (
        f"{what} {verb} at most {most} topics in a collection, fewer than a batch of {batch_size}; "
        f"{lower}{or_leave_out}."
    )


def check_use(stock: Inventory, batch_size: int, negatives: int) -> None:
    """Raise RequestError where a collection has no use: too few topics, or no hard negatives where some are asked."""
    if stock.topic_count < batch_size:
        raise RequestError(
            f"{stock.name} has {stock.topic_count} topics to train on, fewer than a batch of {batch_size}; "
            "lower --batch-size, or leave the collection out."
        )
    if negatives and len(stock.negatives.rows) == 0:
        raise RequestError(
            f"{stock.name} has no judgments with relevance 0 to take {negatives} hard negatives from; leave "
            "--negatives out."
        )


def check_versions(inventories: Sequence[Inventory]) -> None:
    """Raise RequestError where no positive has a version in another language."""
    if not any(map(_has_versions, inventories)):
        raise RequestError("no topic has relevant passages in two languages; leave --multi-positives out.")


def _has_versions(stock: Inventory) -> bool:
    if (stock.has(stock.passages, np.arange(stock.topic_count)).sum(axis=1) > 1).any():
        return True
    owner, rows = stock.versions.expand(stock.groups.rows)
    group_in_language = np.unique(np.stack([owner, stock.indexed.passage_language[rows]]), axis=1)
    return group_in_language.shape[1] > len(stock.groups.rows)
