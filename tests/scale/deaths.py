"""Work that takes its worker with it, once: as sudden as `kill -9`."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer


def die_once(marker: Path) -> None:
    """Kill this process, unless one has died here before."""
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Deadly:
    """A work whose worker dies at a thing other than the first ones, before it has done it."""

    work: Callable[[Any], Any]
    marker: Path
    is_deadly: Callable[[Any], bool]

    def __call__(self, thing: Any) -> Any:
        if self.is_deadly(thing):
            die_once(self.marker)
        return self.work(thing)


class DeadlyLayer(torch.nn.Module):
    """Changes nothing, but for the death of the worker at its so many-eth batch."""

    def __init__(self, marker: Path, batches: int) -> None:
        super().__init__()
        self.marker, self.batches = marker, batches

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.batches -= 1
        if self.batches == 0:
            die_once(self.marker)
        return features


def deadly(model: SentenceTransformer, marker: Path, batches: int) -> SentenceTransformer:
    """The same encoder; the first worker to come to this batch dies in it."""
    return SentenceTransformer(modules=[*model, DeadlyLayer(marker, batches)], prompts=model.prompts, device="cpu")
