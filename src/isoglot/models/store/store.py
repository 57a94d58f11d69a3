"""The store: a folder of spaces, what they hold, and clearing them."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import numpy as np

from isoglot.errors import IsoglotError
from isoglot.files import cache_folder
from isoglot.models.store.segments import read_segments
from isoglot.models.store.space import DESCRIPTION, Space, SpaceKey

CLEARED = ".cleared"


@dataclass(frozen=True)
class SpaceReport:
    """What a space holds.

    Args:
        folder: where it is.
        key: what decides its vectors.
        model_name: how the model was called that filled it first; may be empty.
        texts: distinct texts.
        size: bytes on the disk.
        last_used: when texts were last looked up or added.
    """

    folder: Path
    key: SpaceKey
    model_name: str
    texts: int
    size: int
    last_used: datetime


@dataclass(frozen=True)
class EmbeddingStore:
    """Vectors on disk by model content, role, prompt, maximum length and text.

    Any number of processes may read and write at once, and any of them may be killed at any time.

    Args:
        folder: where the spaces are; by default `embeddings` in isoglot's cache folder.
        model_name: how reports shall call the model that is encoded with; vectors do not depend on it.
    """

    folder: Path = field(default_factory=lambda: cache_folder() / "embeddings")
    model_name: str = ""

    def space(self, key: SpaceKey) -> Space:
        """The space of a key, which may be empty."""
        return Space(self.folder / key.folder_name, key, self.model_name)

    def report(self) -> list[SpaceReport]:
        """Every space, the one used last first."""
        found = filter(None, map(_report, self._folders()))
        return sorted(found, key=lambda report: report.last_used, reverse=True)

    def clear(self, chosen: Callable[[SpaceReport], bool] = lambda _: True) -> list[SpaceReport]:
        """Remove the chosen spaces, and say which they were.

        Raises:
            IsoglotError: a space cannot be removed.
        """
        for left_over in self.folder.glob(f"*{CLEARED}"):
            shutil.rmtree(left_over, ignore_errors=True)
        return [report for report in self.report() if chosen(report) and _remove(report.folder)]

    def _folders(self) -> Iterator[Path]:
        return (path.parent for path in self.folder.glob(f"*/{DESCRIPTION}") if path.parent.suffix != CLEARED)


def _remove(folder: Path) -> bool:
    """Rename, then remove: a writer then fails to add to the space, instead of adding to half of it."""
    try:
        going = folder.rename(folder.with_name(f"{folder.name}.{uuid4().hex}{CLEARED}"))
    except FileNotFoundError:  # someone else removed it
        return False
    except OSError as problem:
        raise IsoglotError(f"{folder} cannot be removed: {problem.strerror}.") from problem
    shutil.rmtree(going, ignore_errors=True)
    return True


def _report(folder: Path) -> SpaceReport | None:
    try:
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        model_name = description.pop("model_name")
        key = SpaceKey(**description)
        files = [path.stat() for path in folder.iterdir()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # no space of ours, or going just now
        return None
    if folder.name != key.folder_name:
        return None
    hashes = [segment.rows["text"] for segment in read_segments(folder)]
    return SpaceReport(
        folder,
        key,
        model_name,
        texts=len(np.unique(np.concatenate(hashes))) if hashes else 0,
        size=sum(file.st_size for file in files),
        last_used=datetime.fromtimestamp((folder / DESCRIPTION).stat().st_mtime).astimezone(),
    )
