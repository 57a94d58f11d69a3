"""LAReQA (Roy et al., arXiv 2004.05484): XQuAD-R and MLQA-R, answer sentences retrieved from a pool.

A folder holds one SQuAD-like file per language (`en.json`, …) whose paragraphs also list `sentences` and their
[start, end) in `sentence_breaks`. Question ids are shared over the languages, so a question id is a topic.
The gold of a question is the sentence whose [start, end) contains `answer_start` of its first answer; sentences
split differently by language, so there is no parallel id.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from isoglot.data.collection import Collection
from isoglot.data.languages import language_problem
from isoglot.data.sources.jsonl import read_json
from isoglot.errors import RequestError


def read(folder: Path, name: str, *, context: bool = False, licence: str = "unknown") -> Collection:
    """Read a folder of LAReQA files, in any number of languages.

    Args:
        folder: holds one `<language>.json` per language.
        name: name of the collection.
        context: candidate is the sentence followed by its paragraph (as XTREME encodes it), not the sentence alone.
        licence: licence of the texts.

    Raises:
        RequestError: no such folder, no language file in it, or a file of another shape.
    """
    files = sorted(path for path in folder.glob("*.json") if not language_problem(path.stem))
    if not files:
        raise RequestError(f"{folder} holds no <language>.json files; give the folder of a LAReQA set.")
    queries: list[dict] = []
    passages: list[dict] = []
    qrels: dict[tuple[str, str], None] = {}
    for file in files:
        for number, paragraph in enumerate(_paragraphs(file)):
            try:
                passages += _candidates(paragraph, file.stem, number, context)
                questions = list(_questions(paragraph, file.stem, number))
            except (KeyError, TypeError, IndexError, ValueError) as problem:
                raise RequestError(f"{file} paragraph {number} is not in LAReQA's format ({problem!r}).") from problem
            queries += [query for query, _ in questions]
            qrels.update(dict.fromkeys((query["topic_id"], gold) for query, gold in questions))
    judgments = [{"topic_id": topic, "passage_id": gold} for topic, gold in qrels]
    return Collection.from_rows(
        name, queries=queries, passages=passages, qrels=judgments, licence=licence,
        source="LAReQA, arXiv 2004.05484", evaluation_only=True,
    )  # fmt: skip


def _paragraphs(file: Path) -> Iterator[dict[str, Any]]:
    data = read_json(file)
    try:
        for article in data["data"]:
            yield from article["paragraphs"]
    except (KeyError, TypeError) as problem:
        raise RequestError(f"{file} is not in LAReQA's format: it has no data with paragraphs.") from problem


def _candidate_id(language: str, paragraph: int, sentence: int) -> str:
    return f"{language}:{paragraph}:{sentence}"


def _candidates(paragraph: dict[str, Any], language: str, number: int, context: bool) -> Iterator[dict]:
    for position, sentence in enumerate(paragraph["sentences"]):
        text = f"{sentence} {paragraph['context']}" if context else sentence
        yield {"passage_id": _candidate_id(language, number, position), "language": language, "text": text}


def _questions(paragraph: dict[str, Any], language: str, number: int) -> Iterator[tuple[dict, str]]:
    breaks = paragraph["sentence_breaks"]
    if len(breaks) != len(paragraph["sentences"]):
        raise ValueError(f"{len(paragraph['sentences'])} sentences but {len(breaks)} sentence_breaks")
    for question in paragraph["qas"]:
        start = question["answers"][0]["answer_start"]
        gold = gold_sentence(breaks, start)
        if gold is None:
            raise ValueError(f"question {question['id']} answers at {start}, outside every sentence")
        query = {"query_id": f"{question['id']}:{language}", "topic_id": question["id"], "language": language,
                 "text": question["question"]}  # fmt: skip
        yield query, _candidate_id(language, number, gold)


def gold_sentence(breaks: list[list[int]], answer_start: int) -> int | None:
    """Position of the sentence whose [start, end) holds `answer_start`, None where no sentence does.

    >>> gold_sentence([[0, 10], [10, 25]], 10)
    1
    """
    for position, (start, end) in enumerate(breaks):
        if start <= answer_start < end:
            return position
    return None
