"""Vectors on their way into a space: a segment for many texts or some seconds, whichever comes first."""

import time
import warnings
from types import TracebackType
from typing import Self

import numpy as np

from isoglot.models.store.segments import Floats
from isoglot.models.store.space import Space

SEGMENT_TEXTS = 16_384
SEGMENT_SECONDS = 10.0


class Writer:
    """Collects vectors and adds them to a space; what is collected is added when the block ends, however it ends.

    A killed process loses what it encoded in the last seconds. When the disk is full or cannot be written, a warning
    says so once, and the rest is not stored: an encoding of hours shall not fail for that.

    Args:
        space: where to add to; None to add nowhere.
    """

    def __init__(self, space: Space | None) -> None:
        self.space = space
        self._texts: list[str] = []
        self._vectors: list[Floats] = []
        self._last_written = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._write()

    def add(self, texts: list[str], vectors: Floats) -> None:
        """Take the vectors of texts, float32 [texts, d]."""
        if self.space is None:
            return
        self._texts += texts
        self._vectors.append(vectors)
        if len(self._texts) >= SEGMENT_TEXTS or time.monotonic() - self._last_written >= SEGMENT_SECONDS:
            self._write()

    def _write(self) -> None:
        if self.space is None or not self._texts:
            return
        try:
            self.space.add(self._texts, np.concatenate(self._vectors))
        except OSError as problem:
            reason = problem.strerror or problem
            warnings.warn(f"Vectors are not stored in {self.space.folder}: {reason}.", RuntimeWarning, stacklevel=3)
            self.space = None
        self._texts, self._vectors = [], []
        self._last_written = time.monotonic()
