"""Trackers that the trainer logs to: TensorBoard, Weights & Biases, MLflow and whatever else transformers knows."""

import shutil
from pathlib import Path

from transformers.integrations import get_reporting_integration_callbacks
from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

from isoglot.errors import RequestError, unknown

LOGS = "runs"  # where TensorBoard's callback writes beside the checkpoints


def check_tracker(name: str) -> None:
    """Refuse a tracker that cannot be used before anything is loaded.

    Args:
        name: as a recipe's `report_to` gives it.

    Raises:
        RequestError: transformers does not know it, or its library is not installed.
    """
    if name not in ("none", "all", *INTEGRATION_TO_CALLBACK):
        raise unknown("tracker", name, ["none", *INTEGRATION_TO_CALLBACK])
    try:
        for callback in get_reporting_integration_callbacks(name):
            callback()
    except (ImportError, RuntimeError) as problem:
        reason = str(problem).partition(". ")[0].rstrip(".")
        raise RequestError(f"{name} cannot be logged to: {reason}; install it, or leave --report-to out.") from problem


def keep_logs(checkpoints: Path, model: Path) -> None:
    """Move what a tracker wrote beside the checkpoints, which go, to the model."""
    if (checkpoints / LOGS).is_dir():
        shutil.move(checkpoints / LOGS, model / LOGS)
