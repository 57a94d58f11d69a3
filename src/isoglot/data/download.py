"""Fetching the public copy of a collection: it stands in its place only when all of it has come and is right."""

import json
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import huggingface_hub

from isoglot.data.fetch import AGAIN, Progress, PublicFile, digest, fetch, is_full_disk
from isoglot.errors import IsoglotError
from isoglot.files import new_folder

MARKER = "download.json"


@dataclass(frozen=True)
class HubFiles:
    """Files of data sets on the Hugging Face hub.

    Args:
        repositories: names of the data sets; each of several has a folder of its own.
        patterns: which files, such as `miracl-v1.0-sw/*`; empty means all.
    """

    repositories: tuple[str, ...]
    patterns: tuple[str, ...] = ()


Public = tuple[PublicFile, ...] | HubFiles
Record = list[dict[str, str]]


def download(public: Public, folder: Path, progress: Progress = lambda *_: None) -> None:
    """Fetch a collection into `folder`; a `.zip` file is unpacked.

    What has come of an interrupted download waits in `.<folder>.download` beside it, and the next call continues there.
    `download.json` in the folder records the files with the SHA-256 they came with, or the commits of the data sets.

    Args:
        public: what to fetch.
        folder: where to put it.
        progress: see `fetch`.

    Raises:
        RequestError: the folder is in use.
        IsoglotError: no network, no such file, a wrong checksum, a broken archive, or no room on the disk.
    """
    staging = folder.resolve().with_name(f".{folder.name}.download")
    try:
        staging.mkdir(parents=True, exist_ok=True)
        record = _from_hub(public, staging) if isinstance(public, HubFiles) else _over_http(public, staging, progress)
        with new_folder(folder, MARKER) as new:
            for path in sorted(staging.iterdir()):
                _put(path, new)
            (new / MARKER).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    except OSError as problem:
        raise IsoglotError(f"{folder} cannot be written ({problem.strerror or problem}); {AGAIN}.") from problem
    shutil.rmtree(staging)


def _over_http(files: tuple[PublicFile, ...], staging: Path, progress: Progress) -> Record:
    return [
        {
            "url": file.url,
            "sha256": digest(fetch(file, staging, progress), "sha256"),
            "published_checksum": file.checksum or "none",
        }
        for file in files
    ]


def _from_hub(files: HubFiles, staging: Path) -> Record:
    record = []
    for repository in files.repositories:
        place = staging / repository.rpartition("/")[2] if len(files.repositories) > 1 else staging
        try:
            # Asked first: with a folder that holds something, snapshot_download is silent about a missing network.
            commit = huggingface_hub.HfApi().dataset_info(repository).sha
            huggingface_hub.snapshot_download(
                repository, repo_type="dataset", revision=commit, local_dir=place,
                allow_patterns=list(files.patterns) or None,
            )  # fmt: skip
        except Exception as problem:  # the hub's client raises errors of several libraries
            raise _hub_error(repository, problem) from problem
        shutil.rmtree(place / ".cache", ignore_errors=True)
        if not any(place.iterdir()):
            raise IsoglotError(f"The data set {repository} has no file {' or '.join(files.patterns)}; report this.")
        record.append({"repository": repository, "commit": str(commit)})
    return record


def _hub_error(repository: str, problem: Exception) -> Exception:
    if is_full_disk(problem):
        return problem
    reason = (str(problem).strip() or type(problem).__name__).splitlines()[0].rstrip(".:")
    return IsoglotError(f"The hub did not give the data set {repository} ({reason}); check the network and {AGAIN}.")


def _put(path: Path, new: Path) -> None:
    if path.suffix == ".zip":
        _unpack(path, new)
    elif path.suffix != ".partial":
        path.rename(new / path.name)


def _unpack(archive: Path, new: Path) -> None:
    """Unpack into `new`, without the one folder that may stand around everything."""
    unpacked = new / f".{archive.name}"
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = [name for name in zipped.namelist() if not name.startswith("__MACOSX/")]
            _refuse_outside(archive, members)
            zipped.extractall(unpacked, members)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as problem:
        archive.unlink()
        raise IsoglotError(f"{archive} is broken ({problem}) and was deleted; try again.") from problem
    top = list(unpacked.iterdir())
    for path in top[0].iterdir() if len(top) == 1 and top[0].is_dir() else top:
        path.rename(new / path.name)
    shutil.rmtree(unpacked)


def _refuse_outside(archive: Path, members: list[str]) -> None:
    for name in members:
        if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
            raise IsoglotError(f"{archive} wants to write to {name!r}, outside of its folder; do not trust it.")
