"""Checkpoints of an unfinished run."""

import json
import shutil
from pathlib import Path


def last_checkpoint(folder: Path) -> Path | None:
    """The newest complete checkpoint, None where there is none.

    The trainer writes `trainer_state.json` last, so a checkpoint without a readable one was cut off.
    """
    complete = [path for path in folder.glob("checkpoint-*") if _is_complete(path)]
    return max(complete, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def drop_cut_off(folder: Path) -> None:
    """Remove the checkpoints that were cut off: the trainer would count them among those to keep."""
    for path in folder.glob("checkpoint-*"):
        if not _is_complete(path):
            shutil.rmtree(path)


def _is_complete(checkpoint: Path) -> bool:
    try:
        json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True
