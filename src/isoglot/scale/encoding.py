"""Encoding on a cluster by Ray Data: workers fill the embedding store with what it does not know yet.

A piece of the texts is done once its segment is in the store, under a key of model, role, prompt, length and text: a
worker that dies loses the piece it was at, which another does again, and a second run encodes what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.encode import PIECE_BATCHES, Encoded, encode, encode_counted, space_key
from isoglot.models.progress import encoding_bar
from isoglot.models.roles import Role
from isoglot.models.store import EmbeddingStore, Space
from isoglot.scale.data import Rows, SentModel, by_workers, workers

# Texts of a piece at most: as many as a segment of the store holds.
LARGEST = 16_384
# Pieces per worker, where there are texts enough: the last one to finish then holds the others up less.
PIECES = 4


def encode_on_ray(
    model: SentenceTransformer,
    texts: Sequence[str],
    role: Role,
    *,
    batch_size: int = 128,
    progress: bool = False,
    store: EmbeddingStore | None = None,
) -> Encoded:
    """What `isoglot.models.encode.encode_counted` gives, encoded by the workers of the cluster.

    Workers encode the same texts together as one process would: from the same store, and on the same kind of
    processor with as many threads, the vectors are the same bits.

    Args:
        model: the encoder; it is sent to the workers.
        texts: N texts.
        role: decides the prompt.
        batch_size: distinct texts encoded together.
        progress: show a bar on standard error.
        store: in a folder that this process and all workers see.

    Raises:
        RequestError: there is no store.
        IsoglotError: a text has a vector that is zero or not finite, or the workers write into another folder.
    """
    if store is None:
        raise RequestError("workers hand vectors over in the embedding store; leave --no-store out.")
    read = fill_store(model, texts, role, batch_size=batch_size, progress=progress, store=store)
    found = encode_counted(model, texts, role, batch_size=batch_size, store=store)
    return replace(found, read=read, found=found.found + found.encoded - len(read))


def fill_store(
    model: SentenceTransformer,
    texts: Sequence[str],
    role: Role,
    *,
    batch_size: int = 128,
    progress: bool = False,
    store: EmbeddingStore,
) -> list[str]:
    """Have the workers encode what a store lacks.

    The arguments are those of `encode_on_ray`.

    Returns:
        The distinct texts that were encoded.

    Raises:
        IsoglotError: a text has a vector that is zero or not finite, or the workers write into another folder.
    """
    space = store.space(space_key(model, role))
    missing = space.missing(texts)
    if missing:
        _encode_missing(model, missing, role, batch_size, progress, replace(space, folder=space.folder.resolve()))
        if space.missing(missing[:1]):
            raise IsoglotError(
                f"{store.folder} does not hold what the workers wrote there; put ISOGLOT_HOME on a file system that "
                "all machines of the cluster share."
            )
    return missing


@dataclass(frozen=True)
class _PieceEncoder:
    """Puts the vectors of one piece after the other into the space."""

    model: SentenceTransformer
    role: Role
    batch_size: int
    space: Space

    def __call__(self, piece: Rows) -> Rows:
        texts = piece["texts"][0].tolist()
        self.space.add(texts, encode(self.model, texts, self.role, batch_size=self.batch_size))
        return {"encoded": np.array([len(texts)])}


def _encode_missing(
    model: SentenceTransformer, texts: list[str], role: Role, batch_size: int, progress: bool, space: Space
) -> None:
    pieces = [{"texts": piece} for piece in cut(texts, batch_size, workers())]
    with encoding_bar(f"Encoding {role} texts", len(texts), shown=progress) as bar:
        for done in by_workers(_PieceEncoder, SentModel.of(model), (role, batch_size, space), pieces):
            bar.advance(bar.task_ids[0], int(done["encoded"]))


def cut(texts: list[str], batch_size: int, hands: int) -> list[list[str]]:
    """Pieces of the texts, the longest texts first as in one process, of whole rounds of its batches.

    >>> [len(piece) for piece in cut(["a", "bb", "ccc"] * 30, batch_size=2, hands=1)]
    [32, 32, 26]
    """
    ordered = sorted(texts, key=len, reverse=True)
    together = PIECE_BATCHES * batch_size
    wanted = min(LARGEST, -(-len(texts) // (PIECES * hands)))
    size = together * max(1, -(-wanted // together))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
