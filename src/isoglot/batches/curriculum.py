"""From which step on each collection is drawn."""

from collections.abc import Sequence

import numpy as np

from isoglot.errors import RequestError


def first_steps(curriculum: Sequence[float], names: Sequence[str], steps: int) -> list[int]:
    """The first step of each collection.

    Args:
        curriculum: for each collection the share of the steps after which it is drawn, 0 for from the start.
        names: of the collections.
        steps: how many steps there are.

    Raises:
        RequestError: not one share for each collection, a share that leaves it no step, or none of 0.

    >>> first_steps([0.0, 0.3], ["easy", "hard"], steps=10)
    [0, 3]
    """
    if len(curriculum) != len(names):
        raise RequestError(
            f"the curriculum has {len(curriculum)} shares for {len(names)} collections; give one share for each."
        )
    reached = np.arange(steps) / steps
    for share, name in zip(curriculum, names, strict=True):
        if not 0.0 <= share <= reached[-1]:
            raise RequestError(
                f"the curriculum's share for {name} is {share}; give one from 0 (from the start) to {reached[-1]} (at "
                f"the last of {steps} steps)."
            )
    if min(curriculum) > 0.0:
        raise RequestError(
            f"the curriculum draws no collection at first, its smallest share is {min(curriculum)}; give one share 0."
        )
    first: list[int] = np.searchsorted(reached, curriculum).tolist()
    return first
