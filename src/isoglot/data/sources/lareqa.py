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
from isoglot.data.fetch import PublicFile
from isoglot.data.languages import language_problem
from isoglot.data.sources.jsonl import read_json
from isoglot.errors import RequestError

REPOSITORY = "https://raw.githubusercontent.com/google-research-datasets/lareqa"
COMMIT = "354d67d1cd066854cdfbf5ad0e6105528976141d"  # fixes what comes, also where no checksum is known
XQUAD_R_SHA256 = {
    "ar": "c52922d3b8ac1ae03ed5ac38647ad59870dca3dda2beefe18ecdc30729acb69d",
    "de": "16fb0f4bf4916154b585a20c24c66074591c9718a1affe764ff4697572328949",
    "el": "163fd43ee785a30eb534ae2061e9eaa766a7ee4e8ffce5e4b422480c150f64b6",
    "en": "7b0954f39297c27a31fef610f0883337dd2907fa8699151dc922afdd0fa12ffe",
    "es": "f8e836b2d91009c4363e04315f7ede363eedbbb49c67dda60de6c4aa782f58de",
    "hi": "ea45ba8ae4513d1533b222bebdc02a90bc319c055d3aeea68584a053d2e92872",
    "ru": "7f4dff853538b9a5fcc28c070b8bb983a5c5d190ac747b8e005a1ada9cab18f1",
    "th": "c3a041864c3a9fb0b4dd91cfdf99cf36b411b3e704c58a303c97bc6dc786cfe4",
    "tr": "f3e8c13002bbce154a4578f535f7533cb70f3da08840e6b62735935baec7bd94",
    "vi": "e35926bf5cc6fc6ecbdfca49467aabeb454f08d152d7818143a906bd31dde995",
    "zh": "80c2cde7b9c2fb134c303cbb52f2ba396ead9eb0014aec43993543d2ba9e93ed",
}
SHAPE = (
    "a paragraph needs context, sentences, sentence_breaks with the [start, end) of each sentence, and qas with id, "
    "question and an answer's answer_start"
)
MLQA_R_SHA256 = dict.fromkeys(("ar", "de", "en", "es", "hi", "vi", "zh"), "")


def public_files(folder: str, sha256: dict[str, str]) -> tuple[PublicFile, ...]:
    """The files of a set (`xquad-r` or `mlqa-r`) in LAReQA's repository; an empty checksum is one that nobody knows."""
    return tuple(
        PublicFile(f"{REPOSITORY}/{COMMIT}/{folder}/{language}.json", digest and f"sha256:{digest}")
        for language, digest in sha256.items()
    )


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
                questions = list(_questions(paragraph, file, number))
            except (KeyError, TypeError, IndexError, ValueError) as problem:
                raise RequestError(f"{file} paragraph {number} is not in LAReQA's format: {SHAPE}.") from problem
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
        raise RequestError(f"{file} is not in LAReQA's format: no data with paragraphs; get it anew.") from problem


def _candidate_id(language: str, paragraph: int, sentence: int) -> str:
    return f"{language}:{paragraph}:{sentence}"


def _candidates(paragraph: dict[str, Any], language: str, number: int, context: bool) -> Iterator[dict]:
    for position, sentence in enumerate(paragraph["sentences"]):
        text = f"{sentence} {paragraph['context']}" if context else sentence
        yield {"passage_id": _candidate_id(language, number, position), "language": language, "text": text}


def _questions(paragraph: dict[str, Any], file: Path, number: int) -> Iterator[tuple[dict, str]]:
    breaks, sentences, language = paragraph["sentence_breaks"], len(paragraph["sentences"]), file.stem
    if len(breaks) != sentences:
        raise RequestError(
            f"{file} paragraph {number} has {sentences} sentences but {len(breaks)} sentence_breaks; give as many."
        )
    for question in paragraph["qas"]:
        start = question["answers"][0]["answer_start"]
        gold = gold_sentence(breaks, start)
        if gold is None:
            raise RequestError(
                f"{file} paragraph {number} has a question {question['id']} whose answer starts at {start}, outside "
                "every sentence; correct its answer_start or the sentence_breaks."
            )
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
