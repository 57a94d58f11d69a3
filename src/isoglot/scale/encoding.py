"""Encoding on a cluster by Ray Data: workers fill the embedding store with what it does not know yet.

A piece of the texts is done once its segment is in the store, under a key of model, role, prompt, length and text: a
worker that dies loses the piece it was at, which another does again, and a second run encodes what is missing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import numpy as np
import ray
import ray.data
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError, RequestError
from isoglot.models.encode import PIECE_BATCHES, Encoded, encode, encode_counted, space_key
from isoglot.models.progress import encoding_bar
from isoglot.models.roles import Role
from isoglot.models.store import EmbeddingStore, Space
from isoglot.scale.tasks import plain_errors, processors

# Texts of a piece at most: as many as a segment of the store holds.
LARGEST = 16_384
# Pieces per worker, where there are texts enough: the last one to finish then holds the others up less.
PIECES = 4

Rows = dict[str, NDArray[Any]]


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
    space = store.space(space_key(model, role))
    missing = space.missing(texts)
    if missing:
        _encode_missing(_Sent.of(model), missing, role, batch_size, progress, space)
        if space.missing(missing[:1]):
            raise IsoglotError(
                f"{store.folder} does not hold what the workers wrote there; put ISOGLOT_HOME on a file system that "
                "all machines of the cluster share."
            )
    found = encode_counted(model, texts, role, batch_size=batch_size, store=store)
    return replace(found, encoded=len(missing), found=found.found + found.encoded - len(missing))


@dataclass(frozen=True)
class _Sent:
    """A model on its way to workers, who may have another kind of device."""

    content: bytes

    @classmethod
    def of(cls, model: SentenceTransformer) -> "_Sent":
        buffer = BytesIO()
        torch.save(model, buffer)
        return cls(buffer.getvalue())

    def open(self) -> SentenceTransformer:
        model = torch.load(BytesIO(self.content), map_location="cpu", weights_only=False)
        return model.to("cuda") if torch.cuda.is_available() else model


class _Encoder:
    """A worker: it holds the model, and puts the vectors of one piece after the other into the space."""

    def __init__(self, sent: Any, role: Role, batch_size: int, space: Space) -> None:
        self.model = ray.get(sent).open()
        self.role, self.batch_size, self.space = role, batch_size, space

    def __call__(self, piece: Rows) -> Rows:
        texts = piece["texts"][0].tolist()
        self.space.add(texts, encode(self.model, texts, self.role, batch_size=self.batch_size))
        return {"encoded": np.array([len(texts)])}


def _encode_missing(sent: _Sent, texts: list[str], role: Role, batch_size: int, progress: bool, space: Space) -> None:
    devices = int(ray.cluster_resources().get("GPU", 0))
    workers = devices or processors()
    _quiet()
    pieces = cut(texts, batch_size, workers)
    rows = ray.data.from_items([{"texts": piece} for piece in pieces], override_num_blocks=len(pieces))
    encoded = rows.map_batches(
        _Encoder,
        fn_constructor_args=(ray.put(sent), role, batch_size, space),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=min(workers, len(pieces))),
        num_gpus=1 if devices else None,
    )
    with encoding_bar(f"Encoding {role} texts", len(texts), shown=progress) as bar, plain_errors():
        for done in encoded.iter_rows():
            bar.advance(bar.task_ids[0], int(done["encoded"]))


def _quiet() -> None:
    """Ray Data shall tell of itself in its own log files alone; the bar is ours."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.WARNING)


def cut(texts: list[str], batch_size: int, workers: int) -> list[list[str]]:
    """Pieces of the texts, the longest texts first as in one process, of whole rounds of its batches.

    >>> [len(piece) for piece in cut(["a", "bb", "ccc"] * 30, batch_size=2, workers=1)]
    [32, 32, 26]
    """
    ordered = sorted(texts, key=len, reverse=True)
    together = PIECE_BATCHES * batch_size
    wanted = min(LARGEST, -(-len(texts) // (PIECES * workers)))
    size = together * max(1, -(-wanted // together))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
