"""A system to compare: one model, or the same training with several seeds."""

from dataclasses import dataclass

import pyarrow as pa

from isoglot.errors import RequestError


@dataclass(frozen=True)
class System:
    """Evaluations of one system on one collection.

    Args:
        name: what it is called in tables.
        collection: the name of the collection.
        content_hash: of the collection; only systems that share it can be compared.
        runs: the per-query table of each training seed.
    """

    name: str
    collection: str
    content_hash: str
    runs: tuple[pa.Table, ...]


def check_same_collection(first: System, second: System) -> None:
    """Refuse two systems that were evaluated on different collections.

    Raises:
        RequestError: their content hashes differ.
    """
    if first.content_hash != second.content_hash:
        raise RequestError(
            f"{first.name} was evaluated on {first.collection} ({first.content_hash[:12]}) and {second.name} on "
            f"{second.collection} ({second.content_hash[:12]}); compare evaluations of the same collection."
        )
