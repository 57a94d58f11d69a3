"""One batch as row numbers."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from isoglot.batches.inventory import Rows
from isoglot.errors import RequestError


@dataclass(frozen=True)
class Batch:
    """Row numbers of one batch of B examples with n hard negatives and v versions each, all from one collection.

    Attributes:
        collection: number of the collection.
        topics: [B].
        queries: [B].
        passages: [B], each relevant to its topic.
        negatives: [B, n], -1 where the topic has none.
        versions: [B, v], relevant passages in other languages than the example's own, -1 where there are none. They
            stand beside passages of any language, so a monolingual batch with versions is not in one language.
        positive: [B, N], True where a candidate is the query's passage or one of its versions.
        excluded: [B, N], True where a candidate is not positive and must not count as a negative of the query, since
            the qrels call it (or a passage parallel to it) relevant, or since there is none (-1).

    The N = G * (1 + n + v) candidates are those of the G examples of the global batch: G passages, then G * n
    negatives, then G * v versions.
    """

    collection: int
    topics: Rows
    queries: Rows
    passages: Rows
    negatives: Rows
    versions: Rows
    positive: NDArray[np.bool_]
    excluded: NDArray[np.bool_]

    def share(self, rank: int, world_size: int) -> "Batch":
        """The slice of a global batch that worker `rank` of `world_size` trains on.

        Raises:
            RequestError: the batch does not divide evenly.
        """
        size, rest = divmod(len(self.topics), world_size)
        if rest:
            raise RequestError(
                f"a batch of {len(self.topics)} does not divide by {world_size} workers; choose a multiple."
            )
        part = slice(rank * size, (rank + 1) * size)
        of_examples = [field.name for field in fields(self) if field.name != "collection"]
        return replace(self, **{name: getattr(self, name)[part] for name in of_examples})
