"""A shard: a worker that searches the vectors of some languages of an index, and how it is asked."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from ray.exceptions import RayActorError

from isoglot.errors import IsoglotError
from isoglot.search.derived import Derived, read_derived
from isoglot.search.scan import with_cosines
from isoglot.search.scan.exact import Floats, Mask, Rows

# A version that was left may still be asked for by questions that are on their way.
OPEN_VERSIONS = 2
# A replica that died is left out at once; one that was the only one is there again after some seconds.
TRIES, PAUSE_SECONDS = 20, 0.5


class Shard:
    """Opens the versions of the derived index that it is asked about, and holds what it reads of them in memory."""

    def __init__(self) -> None:
        self._open = lru_cache(OPEN_VERSIONS)(read_derived)

    def top(
        self, folder: Path, block: int, query: Floats, depth: int, least: int, mask: Mask | None
    ) -> tuple[Rows, Floats]:
        """The nearest vectors of a language, with their cosines; see `isoglot.search.scan.Scan.find`.

        Args:
            folder: of the derived index, the same for all machines.
            block: number of the language.
            query: of length 1, [d].
            depth: how many of the nearest should be among them.
            least: how many to give at least.
            mask: which vectors may be given; all without one.
        """
        derived: Derived = self._open(folder)
        searched = derived.blocks[block]
        found = searched.scan.find(query, depth, least, mask)
        return with_cosines([found], derived.vectors[searched.start : searched.stop], query)[0]


@dataclass(frozen=True, eq=False)
class RemoteScan:
    """Scans the vectors of a language by asking the shard that holds them.

    Args:
        shard: handle of its deployment.
        folder: of the derived index.
        block: number of the language.
    """

    shard: Any
    folder: Path
    block: int

    def find(self, query: Floats, depth: int, least: int = 0, mask: Mask | None = None) -> tuple[Rows, Floats]:
        """See `isoglot.search.scan.Scan.find`.

        Raises:
            IsoglotError: no replica of the shard lives or comes back.
        """
        for _ in range(TRIES):
            try:
                return self.shard.top.remote(self.folder, self.block, query, depth, least, mask).result()
            except RayActorError:  # it died with the question
                time.sleep(PAUSE_SECONDS)
        raise IsoglotError("a shard of the index does not answer; look at its logs, or give it another replica.")


def place(passages: Sequence[int], shards: int) -> list[int]:
    """The shard of each language: the largest first, each to the shard that has least.

    >>> place([10, 40, 30, 20], 2)
    [0, 0, 1, 1]
    """
    held = np.zeros(shards, np.int64)
    chosen = [0] * len(passages)
    for block in sorted(range(len(passages)), key=lambda block: -passages[block]):
        chosen[block] = int(held.argmin())
        held[chosen[block]] += passages[block]
    return chosen
