"""Parallel question answering as JSON lines: one topic a line, a query and a passage in each of its languages.

    {"topic_id": "...", "parallel_id": "...", "text": {"en": {"query": "...", "passage": "..."}, "de": {...}}}

A line without a `parallel_id` has its topic's. A language version without a query or passage text is left out, for real
data has such, and a note of the collection counts them. Lines may share a `topic_id` or a `parallel_id`; a text that
repeats within one of them and a language is kept once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from isoglot.data.collection import Collection
from isoglot.data.sources.jsonl import read_lines
from isoglot.errors import RequestError

SHAPE = "a line needs topic_id and text with a query and a passage for each language"


def read(path: Path, name: str | None = None) -> Collection:
    """Read a `.jsonl` or `.jsonl.gz` file.

    Raises:
        RequestError: the file is missing or a line has another shape.
    """
    queries: dict[str, dict] = {}
    passages: dict[str, dict] = {}
    judgments: dict[tuple[str, str], None] = {}
    blank = 0
    for topic, group, language, query, passage in versions(path):
        if not (query.strip() and passage.strip()):
            blank += 1
            continue
        _add(queries, "query_id", {"topic_id": topic, "language": language, "text": query}, topic)
        row = {"parallel_id": group, "language": language, "text": passage}
        judgments[topic, _add(passages, "passage_id", row, group)] = None
    if not queries:
        raise RequestError(f"{path} holds no topic with a query and a passage; {SHAPE}.")
    return Collection.from_rows(
        name or path.name.split(".")[0],
        queries=list(queries.values()),
        passages=list(passages.values()),
        qrels=[{"topic_id": topic, "passage_id": passage} for topic, passage in judgments],
        source=path.name,
        notes=(f"{blank:,} language versions without a query or passage text were left out.",) if blank else (),
    )


def versions(path: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield (topic id, parallel id, language, query, passage) of every language version of every line."""
    for number, row in read_lines(path):
        try:
            topic = _id(row["topic_id"])
            group = topic if row.get("parallel_id") is None else _id(row["parallel_id"])
            texts = [(language, each["query"] + "", each["passage"] + "") for language, each in row["text"].items()]
        except (KeyError, AttributeError, TypeError) as problem:
            raise RequestError(f"{path} line {number} is not a topic; {SHAPE}.") from problem
        for language, query, passage in texts:
            yield topic, group, language, query, passage


def _id(value: Any) -> str:
    if not isinstance(value, str | int):
        raise TypeError(f"{value!r} is no id")
    return str(value)


def _add(rows: dict[str, dict], id_column: str, row: dict[str, str], owner: str) -> str:
    """Add `row` under an id of its owner and language, once per distinct text; return the id."""
    number = 0
    while True:
        row_id = f"{owner}:{row['language']}" + (f":{number}" if number else "")
        known = rows.setdefault(row_id, {id_column: row_id, **row})
        if known["text"] == row["text"]:
            return row_id
        number += 1
