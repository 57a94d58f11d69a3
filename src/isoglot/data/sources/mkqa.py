"""MKQA (Longpre et al., TACL 2021, arXiv 2007.15207): questions in 26 languages over one English corpus.

A folder holds `mkqa.jsonl` (or `.jsonl.gz`, as published) and `corpus.jsonl` (`_id`, `title`, `text`, as BEIR's NQ),
and where there are judgments `qrels.tsv` (see `qrels.py`; topics are example ids). Without them a passage is relevant
whose title or text contains an English answer or one of its aliases, as words of it in that order, in whatever case:
the rule of DPR's `has_answer` (arXiv 2004.04906), by which mContriever and BGE-M3 report recall on MKQA.

That rule has limits. A passage can contain an answer without answering (a year, a first name), and can answer in other
words. Published "recall at k" counts the questions with at least one such passage among the first k, which is the
success, not the recall, of these qrels. Questions without a textual answer (yes or no, long, none) are left out, which
leaves about 6,620 of 10,000, and so are those whose answer no passage contains; published figures count these as
failures.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.collection import QRELS, QUERIES, Collection
from isoglot.data.sources.jsonl import lines_file, read_lines
from isoglot.data.sources.passages import Fields, read_passages
from isoglot.data.sources.qrels import read_qrels
from isoglot.errors import RequestError

LICENCE = "CC BY-SA 3.0"
CORPUS_LANGUAGE = "en"
FIELDS = Fields("_id", "title", "text")
ADVICE = "MKQA needs its questions and a corpus in one folder."
# zh_hk and zh_tw are written in traditional characters, which their regions imply.
LANGUAGES = {"zh_cn": "zh", "zh_hk": "zh-HK", "zh_tw": "zh-TW"}
NOT_TEXTUAL = {"unanswerable", "binary", "long_answer"}
WORD = re.compile(r"[^\W_]+|[^\w\s]|_")

Words = tuple[str, ...]
Query = tuple[str, str, str, str]


def read(folder: Path, name: str) -> Collection:
    """Read the questions in all languages, and the corpus.

    Args:
        folder: holds `mkqa.jsonl`, `corpus.jsonl` (each plain or as `.jsonl.gz`) and perhaps `qrels.tsv`.
        name: name of the collection.

    Raises:
        RequestError: a file is missing, a line has another shape, or no passage answers any question.
    """
    queries, answers = _questions(lines_file(folder, "mkqa", ADVICE))
    passages, notes = read_passages([lines_file(folder, "corpus", ADVICE)], FIELDS, CORPUS_LANGUAGE)
    given = folder / "qrels.tsv"
    qrels = read_qrels(given) if given.exists() else answered(passages, answers)
    asked = pa.Table.from_pylist([dict(zip(QUERIES.names, query, strict=True)) for query in queries], QUERIES)
    kept = asked.filter(pc.is_in(asked["topic_id"], pc.unique(qrels["topic_id"])))
    dropped = pc.count_distinct(asked["topic_id"]).as_py() - pc.count_distinct(kept["topic_id"]).as_py()
    why = "no judgment" if given.exists() else "no textual answer, or no passage that contains it"
    if not kept.num_rows:
        raise RequestError(f"{folder} has no question for MKQA: all {dropped:,} have {why}; check its files.")
    return Collection(
        name, kept, passages, qrels, licence=LICENCE, source="MKQA, arXiv 2007.15207", evaluation_only=True,
        notes=(*notes, *([f"{dropped:,} questions were left out: {why}."] if dropped else [])),
    )  # fmt: skip


def _questions(file: Path) -> tuple[list[Query], dict[Words, list[str]]]:
    """The rows of the queries, and the topics that each English answer answers."""
    queries: list[Query] = []
    answers: defaultdict[Words, list[str]] = defaultdict(list)
    for number, row in read_lines(file):
        try:
            topic = str(row["example_id"])
            queries += list(_queries(topic, row["queries"]))
            for words in dict.fromkeys(_answers(row["answers"]["en"])):
                answers[words].append(topic)
        except (KeyError, TypeError, AttributeError) as problem:
            raise RequestError(f"{file} line {number} is not in MKQA's format ({problem!r}).") from problem
    return queries, dict(answers)


def _queries(topic: str, texts: dict[str, str | None]) -> Iterator[Query]:
    for code, text in texts.items():
        if text is not None:
            language = LANGUAGES.get(code, code)
            yield f"{topic}:{language}", topic, language, text + ""


def _answers(answers: list[dict[str, Any]]) -> Iterator[Words]:
    for answer in answers:
        if answer["type"] not in NOT_TEXTUAL:
            for text in (answer["text"], *(answer.get("aliases") or ())):
                if words := words_of(text or ""):
                    yield words


def words_of(text: str) -> Words:
    """Runs of letters and digits, and every other visible character, in lower case.

    >>> words_of("Émile Zola's 2 books")
    ('émile', 'zola', "'", 's', '2', 'books')
    """
    return tuple(WORD.findall(unicodedata.normalize("NFC", text).lower()))


def answered(passages: pa.Table, answers: dict[Words, list[str]]) -> pa.Table:
    """Judgments of relevance 1 for each topic and each passage that contains one of its answers.

    Args:
        passages: columns `passage_id, title, text`, read in batches.
        answers: the topics of each answer.

    Returns:
        A table with the columns of `QRELS`, passage by passage.
    """
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for answer in answers:
        lengths[answer[0]].add(len(answer))
    pairs: list[tuple[str, str]] = []
    for batch in passages.select(["passage_id", "title", "text"]).to_batches():
        for passage, title, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            found = _contained(words_of(f"{title}\n{text}"), answers, lengths)
            pairs += [(topic, passage) for topic in dict.fromkeys(topic for a in found for topic in answers[a])]
    columns = [[topic for topic, _ in pairs], [passage for _, passage in pairs], [1] * len(pairs)]
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, QRELS, strict=True)], schema=QRELS)


def _contained(words: Words, answers: dict[Words, list[str]], lengths: dict[str, set[int]]) -> Iterator[Words]:
    """The answers that stand in a text, in its order; `lengths` has the lengths of those that begin with a word."""
    for start, word in enumerate(words):
        for length in lengths.get(word, ()):
            answer = words[start : start + length]
            if answer in answers:
                yield answer
