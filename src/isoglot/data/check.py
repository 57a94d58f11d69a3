"""Texts that are valid but doubtful: what to look at before trusting a collection."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from isoglot.data.collection import Collection

NEAR_EMPTY = 3
LETTER_SHARE = 0.5


@dataclass(frozen=True)
class Doubt:
    """One kind of doubtful text.

    Args:
        kind: what is doubtful about them.
        count: how many there are.
        examples: (id, text) of the first few.
    """

    kind: str
    count: int
    examples: list[tuple[str, str]]


def letters(text: str) -> int:
    """Number of letters and combining marks (such as vowel signs), in any script.

    >>> letters("a-1 สวัสดี")
    7
    """
    return sum(character.isalpha() or unicodedata.category(character)[0] == "M" for character in text)


def is_near_empty(text: str) -> bool:
    """Fewer than three letters."""
    return letters(text) < NEAR_EMPTY


def is_mostly_code(text: str) -> bool:
    """Less than half of the characters that are not white space are letters."""
    visible = len("".join(text.split()))
    return not is_near_empty(text) and letters(text) < LETTER_SHARE * visible


def find_doubts(collection: Collection, examples: int = 3) -> list[Doubt]:
    """All kinds of doubt about a collection that have at least one text, with the first few of each."""
    queries = _rows(collection.queries, "query_id")
    passages = _rows(collection.passages, "passage_id")
    found = {
        "queries with fewer than 3 letters": _where(queries, is_near_empty),
        "passages with fewer than 3 letters": _where(passages, is_near_empty),
        "queries that are mostly digits, signs or code": _where(queries, is_mostly_code),
        "passages that are mostly digits, signs or code": _where(passages, is_mostly_code),
        "passages with the text of another language version (untranslated)": untranslated(collection.passages),
        "passages with the text of another passage in the same language": repeated(collection.passages),
        "topics without a relevant passage": unanswered(collection),
    }
    return [Doubt(kind, len(rows), rows[:examples]) for kind, rows in found.items() if rows]


def untranslated(passages: pa.Table) -> list[tuple[str, str]]:
    """Passages whose text an earlier passage of the same parallel group has in another language."""
    seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    found = []
    for row in passages.filter(pc.is_valid(passages["parallel_id"])).to_pylist():
        languages = seen[row["parallel_id"], row["text"]]
        if languages - {row["language"]}:
            found.append((row["passage_id"], row["text"]))
        languages.add(row["language"])
    return found


def repeated(passages: pa.Table) -> list[tuple[str, str]]:
    """Passages whose title and text an earlier passage in the same language has: false negatives in waiting."""
    seen: set[tuple[str, str, str]] = set()
    found = []
    for row in passages.to_pylist():
        key = (row["language"], row["title"] or "", row["text"])
        if key in seen:
            found.append((row["passage_id"], row["text"]))
        seen.add(key)
    return found


def unanswered(collection: Collection) -> list[tuple[str, str]]:
    """Topics that no passage is relevant to, with one of their queries."""
    qrels = collection.qrels.to_pydict()
    judged = zip(qrels["topic_id"], qrels["relevance"], strict=True)
    answered = {topic for topic, relevance in judged if relevance > 0}
    queries = collection.queries.to_pydict()
    texts = dict(zip(queries["topic_id"], queries["text"], strict=True))
    return [(topic, text) for topic, text in texts.items() if topic not in answered]


def _rows(table: pa.Table, id_column: str) -> list[tuple[str, str]]:
    return list(zip(table[id_column].to_pylist(), table["text"].to_pylist(), strict=True))


def _where(rows: Iterable[tuple[str, str]], is_doubtful: Callable[[str], bool]) -> list[tuple[str, str]]:
    return [(row_id, text) for row_id, text in rows if is_doubtful(text)]
