"""A searcher whose vectors are searched by shards; everything else of it is that of one machine."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

from isoglot.scale.serving.shard import RemoteScan, place
from isoglot.search.derived import Derived
from isoglot.search.searcher import Searcher


def open_sharded(folder: Path, shards: Sequence[Any], asking: Executor) -> Searcher:
    """Open an index of which shards search the vectors.

    Args:
        folder: of the index, on a file system that this process and all shards see.
        shards: handles of their deployments.
        asking: threads that ask shards at the same time.

    Raises:
        RequestError, IsoglotError: see `Searcher.open`.
    """
    searcher = Searcher.open(folder)
    return replace(searcher, derived=sharded(searcher.derived, shards, asking))


def sharded(derived: Derived, shards: Sequence[Any], asking: Executor) -> Derived:
    """The same derived index, its languages searched by shards."""
    chosen = place([len(block) for block in derived.blocks], len(shards))
    folder = derived.folder.resolve()
    blocks = tuple(
        replace(block, scan=RemoteScan(shards[shard], folder, number))
        for number, (block, shard) in enumerate(zip(derived.blocks, chosen, strict=True))
    )
    return replace(derived, blocks=blocks, each=asking.map, scored_here=False)
