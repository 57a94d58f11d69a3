"""The two heavy parts of an evaluation, encoding and ranking, and who does them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sentence_transformers import SentenceTransformer

from isoglot.evaluation.ranks import Golds, Integers, Pool, Ranking, rank
from isoglot.evaluation.ranks.pool import Vectors
from isoglot.models.encode import Encoded, encode_counted
from isoglot.models.roles import Role
from isoglot.models.store import EmbeddingStore


class Encode(Protocol):
    """Does what `isoglot.models.encode.encode_counted` does."""

    def __call__(
        self,
        model: SentenceTransformer,
        texts: Sequence[str],
        role: Role,
        *,
        batch_size: int = ...,
        progress: bool = ...,
        store: EmbeddingStore | None = ...,
    ) -> Encoded:
        """See `encode_counted`."""


class Rank(Protocol):
    """Does what `isoglot.evaluation.ranks.rank` does."""

    def __call__(
        self,
        queries: Vectors,
        pool: Pool,
        golds: Golds,
        language_count: int,
        *,
        exclusions: tuple[Integers, Integers] | None = ...,
        top: int = ...,
        memory: int = ...,
    ) -> Ranking:
        """See `rank`."""


@dataclass(frozen=True)
class Engine:
    """Who does the work: this process, unless told otherwise. The results are the same.

    Args:
        encode: texts to vectors.
        rank: vectors to outrank counts and best passages.
    """

    encode: Encode = encode_counted
    rank: Rank = rank


HERE = Engine()
