"""Each doubt is found where it is and only there."""

import pytest

from isoglot.data import Collection
from isoglot.data.check import Doubt, find_doubts, is_mostly_code, is_near_empty, letters


def doubts(**changes: list[dict]) -> dict[str, Doubt]:
    """Doubts about a clean collection with more rows."""
    queries = [{"query_id": "q", "topic_id": "t", "language": "en", "text": "What is a river?"}]
    passages = [{"passage_id": "p", "parallel_id": "g", "language": "en", "text": "Water that flows."}]
    collection = Collection.from_rows(
        "c",
        queries=queries + changes.get("queries", []),
        passages=passages + changes.get("passages", []),
        qrels=[{"topic_id": "t", "passage_id": "p"}, *changes.get("qrels", [])],
    )
    return {doubt.kind: doubt for doubt in find_doubts(collection)}


def passage(name: str, language: str, text: str, group: str | None = None, title: str = "") -> dict:
    return {"passage_id": name, "parallel_id": group, "language": language, "title": title, "text": text}


def only(found: dict[str, Doubt], words: str) -> Doubt:
    assert len(found) == 1, found
    kind, doubt = found.popitem()
    assert words in kind
    return doubt


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("a-1 สวัสดี", 7), ("हिन्दी", 6), ("东京塔", 3), ("“—…” → 🙂 ½", 0), ("Ünïcodé", 7), ("cafe\u0301", 5),
     ("、。！？", 0), ("٣٤٥", 0), ("قِطّ", 4)],
)  # fmt: skip
def test_letters_of_any_script(text: str, count: int) -> None:
    assert letters(text) == count


@pytest.mark.parametrize(("text", "near_empty"), [("ab", True), ("abc", False), ("— … — …", True), ("2026-01-01", True),
                                                   ("東京塔", False), ("a\u00a0\n b", True)])  # fmt: skip
def test_near_empty(text: str, near_empty: bool) -> None:
    assert is_near_empty(text) is near_empty


@pytest.mark.parametrize(("text", "code"), [("f(x)=1;", False), ("abc 12", False), ("abc 1234", True), ("{{}}", False),
                                             ("for(;;){}//==", True), ("plain words here", False)])  # fmt: skip
def test_mostly_code(text: str, code: bool) -> None:
    assert is_mostly_code(text) is code


def test_a_clean_collection_raises_no_doubt() -> None:
    assert doubts() == {}
    assert doubts(passages=[passage("p2", "de", "Wasser, das fließt.", "g")]) == {}


def test_short_and_coded_texts_are_told_apart() -> None:
    query = {"query_id": "q2", "topic_id": "t", "language": "en", "text": "?! 7"}
    assert only(doubts(queries=[query]), "queries with fewer").examples == [("q2", "?! 7")]
    assert only(doubts(passages=[passage("p2", "en", "ab")]), "passages with fewer").count == 1
    coded = passage("p2", "en", "abc 12345")
    assert only(doubts(passages=[coded]), "passages that are mostly").examples == [("p2", "abc 12345")]


def test_untranslated_needs_another_language_of_the_same_group() -> None:
    same = passage("p2", "de", "Water that flows.", "g")
    assert only(doubts(passages=[same]), "untranslated").examples == [("p2", "Water that flows.")]
    assert doubts(passages=[passage("p2", "de", "Water that flows.", "other")]) == {}
    assert doubts(passages=[passage("p2", "de", "Water that flows.", None)]) == {}


def test_repeated_needs_the_same_language_text_and_title() -> None:
    again = passage("p2", "en", "Water that flows.", "g")
    assert only(doubts(passages=[again]), "another passage in the same language").examples == [
        ("p2", "Water that flows.")
    ]
    assert doubts(passages=[passage("p2", "en", "Water that flows.", "h", "River")]) == {}


def test_a_topic_with_judged_negatives_alone_is_unanswered() -> None:
    query = {"query_id": "q2", "topic_id": "t2", "language": "en", "text": "And a lake?"}
    judged = {"topic_id": "t2", "passage_id": "p", "relevance": 0}
    found = only(doubts(queries=[query], qrels=[judged]), "without a relevant passage")
    assert found.examples == [("t2", "And a lake?")]


def test_all_are_counted_and_the_first_are_shown() -> None:
    more = [passage(f"n{number}", "en", f"{number}") for number in range(10)]
    doubt = only(doubts(passages=more), "passages with fewer")
    assert (doubt.count, doubt.examples) == (10, [("n0", "0"), ("n1", "1"), ("n2", "2")])
