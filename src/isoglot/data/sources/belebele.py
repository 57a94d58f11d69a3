"""Belebele (Bandarkar et al., ACL 2024, arXiv 2308.16884) as retrieval: find the passage that a question is about.

A folder (or its `data` folder) holds one `<FLORES code>.jsonl` per language: the hub's. A passage is known by its
`link` (in the first release with a `split` beside it), a question by that and its `question_number`; both are parallel
over the languages. So a topic is a question and a parallel group a passage: 900 and 488 in each of 122 languages.
"""

from collections.abc import Collection as Container
from collections.abc import Iterator
from pathlib import Path

import langcodes

from isoglot.data.collection import Collection
from isoglot.data.sources.jsonl import read_lines
from isoglot.errors import RequestError, unknown

LICENCE = "CC BY-SA 4.0"
FLORES = "[a-z][a-z][a-z]_[A-Z][a-z][a-z][a-z]"


def read(folder: Path, name: str, languages: Container[str] | None = None) -> Collection:
    """Read the files of several languages.

    Args:
        folder: holds the `<FLORES code>.jsonl` files, itself or in its folder `data`.
        name: name of the collection.
        languages: BCP-47 codes of the languages to read, None for all there are.

    Raises:
        RequestError: no such file or language, or a line of another shape.
    """
    files = _files(folder)
    missing = [language for language in languages or () if language not in files]
    if missing:
        raise unknown("language of Belebele", missing[0], files)
    queries: list[dict] = []
    passages: dict[tuple[str, str], dict] = {}
    topics: dict[str, str] = {}
    differing = 0
    for language, file in files.items():
        if languages is not None and language not in languages:
            continue
        for group, topic, question, passage in _rows(file):
            queries.append(
                {"query_id": f"{topic}:{language}", "topic_id": topic, "language": language, "text": question}
            )
            row = {"passage_id": f"{group}:{language}", "parallel_id": group, "language": language, "text": passage}
            differing += passages.setdefault((group, language), row)["text"] != passage
            topics[topic] = group
    note = f"{differing:,} questions give another text for the passage of their link; its first text was kept."
    return Collection.from_rows(
        name, queries=queries, passages=list(passages.values()), qrels=_qrels(topics, passages), licence=LICENCE,
        source="Belebele, arXiv 2308.16884", evaluation_only=True, notes=(note,) if differing else (),
    )  # fmt: skip


def language_of(flores: str) -> str:
    """The BCP-47 code of a FLORES-200 code: the language it is usually filed under, and its script where not the usual.

    >>> language_of("zho_Hans"), language_of("zho_Hant"), language_of("arb_Latn"), language_of("npi_Deva")
    ('zh', 'zh-Hant', 'ar-Latn', 'ne')
    """
    given = langcodes.Language.get(langcodes.standardize_tag(flores.replace("_", "-"), macro=True))
    language = given.language or flores
    usual = langcodes.Language.get(language).maximize().script
    return language if given.script in (None, usual) else f"{language}-{given.script}"


def _files(folder: Path) -> dict[str, Path]:
    """The file of each language."""
    paths = sorted(folder.glob(f"{FLORES}.jsonl")) or sorted(folder.glob(f"data/{FLORES}.jsonl"))
    if not paths:
        raise RequestError(f"{folder} holds no files such as eng_Latn.jsonl; give the folder of Belebele.")
    return {language_of(path.stem): path for path in paths}


def _rows(file: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield (parallel id, topic id, question, passage) of every line."""
    for number, row in read_lines(file):
        try:
            group = row["link"] + (f"#{row['split']}" if row.get("split") else "")
            topic = f"{group}#{int(row['question_number'])}"
            yield group, topic, row["question"] + "", row["flores_passage"] + ""
        except (KeyError, TypeError, ValueError) as problem:
            raise RequestError(f"{file} line {number} is not in Belebele's format ({problem!r}).") from problem


def _qrels(topics: dict[str, str], passages: Container[tuple[str, str]]) -> list[dict]:
    """A question is answered by its passage in every language that has it."""
    versions: dict[str, list[str]] = {}
    for group, language in passages:
        versions.setdefault(group, []).append(f"{group}:{language}")
    return [
        {"topic_id": topic, "passage_id": passage} for topic, group in topics.items() for passage in versions[group]
    ]
