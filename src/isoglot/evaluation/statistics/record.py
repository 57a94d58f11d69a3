"""The JSON file of a comparison."""

import json
from collections.abc import Sequence
from pathlib import Path

from isoglot.errors import RequestError
from isoglot.evaluation.statistics import power
from isoglot.evaluation.statistics.comparison import Comparison
from isoglot.evaluation.statistics.resampling import CONFIDENCE
from isoglot.files import write_text
from isoglot.versions import versions_of

LIBRARIES = ("isoglot", "numpy", "scipy")


def check_record_path(path: Path) -> None:
    """Refuse a path that a file cannot be written to, or at which something stands.

    Raises:
        RequestError: the path exists, or its folder does not.
    """
    if path.exists():
        raise RequestError(f"{path} exists; choose another --out.")
    if not path.resolve().parent.is_dir():
        raise RequestError(f"{path.parent} is not a folder; choose another --out.")


def write_record(comparisons: Sequence[Comparison], path: Path, *, resamples: int, seed: int) -> None:
    """Write the comparisons of one family, with what they were made with."""
    record = {
        "resamples": resamples,
        "seed": seed,
        "confidence": CONFIDENCE,
        "alpha": power.ALPHA,
        "power": power.POWER,
        "family": len(comparisons),
        "comparisons": [each.to_dict() for each in comparisons],
        "versions": versions_of(LIBRARIES),
    }
    write_text(path, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
