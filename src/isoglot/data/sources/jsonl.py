"""Reading JSON and JSON lines, plain or gzipped, with the line at fault in every error."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from isoglot.errors import RequestError


def read_json(path: Path) -> Any:
    """Parse one JSON file.

    Raises:
        RequestError: the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise RequestError(f"{path} does not exist; check the path.") from problem
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno}, column {problem.colno}"
        raise RequestError(f"{path} is not JSON (see {place}); correct it or get it anew.") from problem
    except ValueError as problem:
        raise RequestError(f"{path} is not JSON in UTF-8; correct it or get it anew.") from problem


def lines_file(folder: Path, stem: str, advice: str) -> Path:
    """The file `stem.jsonl` of a folder, or `stem.jsonl.gz`.

    Raises:
        RequestError: it holds neither; the sentence ends with `advice`.
    """
    for path in (folder / f"{stem}.jsonl", folder / f"{stem}.jsonl.gz"):
        if path.is_file():
            return path
    raise RequestError(f"{folder} holds no {stem}.jsonl; {advice}")


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number from 1, object) of a `.jsonl` or `.jsonl.gz` file.

    Raises:
        RequestError: the file is missing, cannot be read, or a line is not a JSON object.
    """
    if not path.is_file():
        raise RequestError(f"{path} does not exist; check the path.")
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _object(path, number, line)
    except (ValueError, OSError, EOFError, zlib.error) as problem:
        raise RequestError(f"{path} cannot be read after line {number}: {problem}.") from problem


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as problem:
        raise RequestError(f"{path} line {number} is not JSON: {problem}.") from problem
    if not isinstance(row, dict):
        raise RequestError(f"{path} line {number} is not a JSON object; write one object a line.")
    return row
