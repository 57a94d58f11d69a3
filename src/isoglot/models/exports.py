"""The exports of encoders that the cache folder holds."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from isoglot.files import cache_folder


@dataclass(frozen=True)
class KeptExport:
    """An export in the cache folder.

    Args:
        folder: where it is.
        model: fingerprint of the encoder.
        size: bytes on the disk.
        last_used: when it was last opened.
    """

    folder: Path
    model: str
    size: int
    last_used: datetime


def exports_folder() -> Path:
    """Where exports are kept, each in a folder FORMAT-FINGERPRINT."""
    return cache_folder() / "onnx"


def kept_exports() -> list[KeptExport]:
    """All exports, by the fingerprint of their encoders."""
    return [_kept(folder) for folder in sorted(exports_folder().glob("[!.]*-*"))]


def clear_exports(chosen: Callable[[KeptExport], bool]) -> list[KeptExport]:
    """Remove the chosen exports, and say which they were; raises OSError where one cannot be removed."""
    removed = [export for export in kept_exports() if chosen(export)]
    for export in removed:
        shutil.rmtree(export.folder)
    return removed


def _kept(folder: Path) -> KeptExport:
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    last_used = datetime.fromtimestamp(folder.stat().st_mtime).astimezone()
    return KeptExport(folder, folder.name.partition("-")[2], size, last_used)
