"""Reading systems from the folders of their evaluations."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from isoglot.data.sources.jsonl import read_json
from isoglot.errors import RequestError
from isoglot.evaluation.files import PER_QUERY, SCORES
from isoglot.evaluation.statistics.system import System, check_same_collection
from isoglot.evaluation.statistics.topics import KEYS

DEEPEST = 4  # folders between an experiment's and an evaluation of it


def read_systems(texts: Sequence[str]) -> list[System]:
    """Read systems that are given as `DIR` or as `NAME=DIR,DIR,...`, with a folder for each training seed.

    Raises:
        RequestError: see `read_system`, or two systems share a name.
    """
    systems = [read_system(*name_and_folders(text)) for text in texts]
    name, number = Counter(system.name for system in systems).most_common(1)[0]
    if number > 1:
        raise RequestError(f"{number} systems are called {name!r}; give each its own name as NAME=DIR.")
    return systems


def read_system(name: str, folders: Sequence[Path]) -> System:
    """Read the evaluations that `isoglot evaluate` wrote into these folders, one for each training seed.

    Raises:
        RequestError: a folder holds no evaluation or is given twice, or they are not of one collection.
    """
    folder, number = Counter(path.resolve() for path in folders).most_common(1)[0]
    if number > 1:
        raise RequestError(f"{name} names {folder} {number} times; give each training seed's evaluation once.")
    first, *rest = runs = [_read_run(path) for path in folders]
    for run in rest:
        check_same_collection(first, run)
    return replace(first, name=name, runs=tuple(run.runs[0] for run in runs))


def name_and_folders(text: str) -> tuple[str, list[Path]]:
    """Take `DIR` or `NAME=DIR,DIR,...` apart; a folder that exists is meant as it stands.

    >>> name_and_folders("hybrid=runs/a,runs/b")
    ('hybrid', [PosixPath('runs/a'), PosixPath('runs/b')])
    """
    name, equals, folders = text.partition("=")
    if not equals or Path(text).is_dir():
        return text, [Path(text)]
    if not (name and all(folders.split(","))):
        raise RequestError(f"{text!r} lacks a name or a folder; write NAME=DIR or NAME=DIR,DIR for several seeds.")
    return name, [Path(folder) for folder in folders.split(",")]


def _read_run(folder: Path) -> System:
    if not (folder / SCORES).is_file():
        advice = f"give a folder that `isoglot evaluate --out` wrote{_example(folder)}"
        raise RequestError(f"{folder} holds no {SCORES}; {advice}.")
    about = read_json(folder / SCORES)
    if isinstance(about, dict) and "members" in about:
        advice = f"give the evaluation of one of them{_example(folder)}"
        raise RequestError(f"{folder} holds the means of a group of collections, which have no topics; {advice}.")
    lacking = [key for key in ("collection", "content_hash") if not (isinstance(about, dict) and about.get(key))]
    if lacking:
        raise RequestError(f"{folder / SCORES} has no {lacking[0]!r}; give a folder that `isoglot evaluate` wrote.")
    return System(str(folder), about["collection"], about["content_hash"], (_read_table(folder / PER_QUERY),))


def _example(folder: Path) -> str:
    """The nearest evaluation inside a folder, such as that of an experiment, as the end of a sentence."""
    inside = chain.from_iterable(sorted(folder.glob(f"{'*/' * depth}{SCORES}")) for depth in range(1, DEEPEST + 1))
    return next((f", such as {path.parent}" for path in inside), "")


def _read_table(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as problem:
        raise RequestError(f"{path} cannot be read: {problem}; evaluate again.") from problem
    lacking = [name for name in ("setting", *KEYS) if name not in table.column_names]
    if lacking:
        raise RequestError(f"{path} has no column {lacking[0]!r}; give a table that `isoglot evaluate` wrote.")
    return table
