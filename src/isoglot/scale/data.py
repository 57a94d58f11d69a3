"""Ray Data: workers that hold a model, and are given one piece of work after the other."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ray
import ray.data
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from isoglot.scale.tasks import plain_errors, processors

Rows = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class SentModel:
    """A model on its way to workers, who may have another kind of device."""

    content: bytes

    @classmethod
    def of(cls, model: SentenceTransformer) -> "SentModel":
        """A model from any device."""
        buffer = BytesIO()
        torch.save(model, buffer)
        return cls(buffer.getvalue())

    def open(self) -> SentenceTransformer:
        """The model, on the GPU where the worker has one."""
        model = torch.load(BytesIO(self.content), map_location="cpu", weights_only=False)
        return model.to("cuda") if torch.cuda.is_available() else model


def devices() -> int:
    """GPUs of the whole cluster."""
    return int(ray.cluster_resources().get("GPU", 0))


def workers() -> int:
    """How many models work at the same time: one a GPU, or one a processor where there are none."""
    return devices() or processors()


def by_workers(kind: type, sent: SentModel, arguments: tuple[Any, ...], pieces: list[dict[str, Any]]) -> Iterator[Rows]:
    """Give each piece to some worker; a piece whose worker died is given to another.

    Args:
        kind: of worker: made from a model and the arguments, and called with a piece, whose values are arrays of one.
        sent: the model.
        arguments: of every worker.
        pieces: of work, at least one.

    Yields:
        What was returned for each piece, in any order; values are arrays of one there, and single here.

    Raises:
        IsoglotError: what a worker raised.
    """
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    rows = ray.data.from_items(pieces, override_num_blocks=len(pieces)).map_batches(
        _Worker,
        fn_constructor_args=(kind, ray.put(sent), arguments),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=min(workers(), len(pieces))),
        num_gpus=1 if devices() else None,
    )
    with plain_errors():
        yield from rows.iter_rows()


class _Worker:
    def __init__(self, kind: type, sent: Any, arguments: tuple[Any, ...]) -> None:
        self._work = kind(ray.get(sent).open(), *arguments)

    def __call__(self, piece: Rows) -> Rows:
        return self._work(piece)
