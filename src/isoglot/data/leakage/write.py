"""Reports as JSON, and training collections without what leaks as folders."""

import json
from collections.abc import Sequence
from pathlib import Path

from isoglot.data import storage
from isoglot.data.collection import Collection
from isoglot.data.leakage.find import find_leaks
from isoglot.data.leakage.removal import without_leaks
from isoglot.data.leakage.report import LeakageReport
from isoglot.errors import IsoglotError, RequestError
from isoglot.files import check_output, write_text


def write_reports(reports: Sequence[LeakageReport], path: Path) -> None:
    """Write `{"clean": ..., "reports": [...]}`; the folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {"clean": all(report.clean for report in reports), "reports": [report.to_dict() for report in reports]}
    write_text(path, json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def clean_folders(train: Sequence[Collection], folder: Path, *, overwrite: bool) -> list[Path]:
    """Where in `folder` each training collection goes.

    Raises:
        RequestError: two collections have one name, or a place is in use.
    """
    folders = [folder / collection.name.replace("/", "-") for collection in train]
    for place, collection in zip(folders, train, strict=True):
        if folders.count(place) > 1:
            raise RequestError(f"two training collections are called {collection.name}; clean them one by one.")
        check_output(place, storage.MARKER, overwrite)
    return folders


def remove_leaks(
    train: Sequence[Collection], evaluations: Sequence[Collection], reports: Sequence[LeakageReport]
) -> tuple[list[Collection], list[LeakageReport]]:
    """The training collections without what leaks, and the reports of comparing them anew.

    Args:
        train: the training collections of every report.
        evaluations: the evaluation collection of each report.
        reports: what `find_leaks` found.

    Raises:
        IsoglotError: nothing would be left of a collection, or something still leaks.
    """
    cleaned = [without_leaks(collection, *reports) for collection in train]
    again = [
        report if report.clean else find_leaks(cleaned, evaluation, threshold=report.parameters["threshold"])
        for evaluation, report in zip(evaluations, reports, strict=True)
    ]
    if left := [report.statement for report in again if not report.clean]:
        raise IsoglotError(f"something still leaks: {' '.join(left)}")
    return cleaned, again
