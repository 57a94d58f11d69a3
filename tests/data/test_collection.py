"""A collection refuses every broken row by table, row and value, and keeps consistent when it is cut."""

from typing import Any

import pyarrow as pa
import pytest

from isoglot.data import Collection
from isoglot.data import collection as collection_module
from isoglot.data.collection import EXCLUSIONS, PASSAGES, QRELS, QUERIES
from isoglot.errors import RequestError

BROKEN = [  # table, row, column, value, what the sentence must say
    ("queries", 1, "language", "qq", ["queries row 1", "'qq'"]),
    ("queries", 1, "language", "pt_BR", ["queries row 1", "'pt_BR'", "'pt-BR'"]),
    ("passages", 2, "language", "EN", ["passages row 2", "'EN'", "'en'"]),
    ("passages", 2, "language", "iw", ["passages row 2", "'iw'", "'he'"]),
    ("queries", 2, "language", None, ["queries row 2", "language is missing"]),
    ("passages", 0, "language", "", ["passages row 0", "language is missing"]),
    ("qrels", 2, "topic_id", "t9", ["qrels row 2", "topic_id", "'t9'"]),
    ("qrels", 1, "passage_id", "p9", ["qrels row 1", "passage_id", "'p9'"]),
    ("queries", 2, "query_id", "q1en", ["queries row 2", "'q1en'", "row 0"]),
    ("passages", 3, "passage_id", "p1es", ["passages row 3", "'p1es'", "row 1"]),
    ("qrels", 1, "passage_id", "p1en", ["qrels row 1", "'t1 -> p1en'", "row 0"]),
    ("queries", 0, "text", "", ["queries row 0", "empty text"]),
    ("queries", 1, "text", " \t\n", ["queries row 1", "empty text"]),
    ("passages", 3, "text", "\u3000\u00a0", ["passages row 3", "empty text"]),
    ("passages", 1, "text", None, ["passages row 1", "empty text"]),
    ("queries", 1, "query_id", None, ["queries row 1", "query_id"]),
    ("queries", 1, "topic_id", " ", ["queries row 1", "topic_id"]),
    ("passages", 2, "passage_id", "", ["passages row 2", "passage_id"]),
    ("passages", 2, "parallel_id", "", ["passages row 2", "parallel_id"]),
    ("qrels", 0, "topic_id", None, ["qrels row 0", "topic_id"]),
    ("qrels", 3, "passage_id", None, ["qrels row 3", "passage_id"]),
    ("qrels", 2, "relevance", None, ["qrels row 2", "relevance"]),
    ("queries", 1, "topic_id", 7, ["queries row 1", "topic_id", "7"]),
    ("passages", 2, "text", ["a"], ["passages row 2", "text", "['a']"]),
    ("qrels", 1, "relevance", "high", ["qrels row 1", "relevance", "'high'"]),
    ("qrels", 1, "relevance", 0.5, ["qrels row 1", "relevance", "0.5"]),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "said"), BROKEN)
def test_a_broken_row_is_named(rows: dict, table: str, row: int, column: str, value: Any, said: list[str]) -> None:
    rows[table][row][column] = value
    with pytest.raises(RequestError) as caught:
        Collection.from_rows("tiny", **rows)
    message = str(caught.value)
    assert message.startswith("tiny: ")
    assert "\n" not in message
    for part in said:
        assert part in message


@pytest.mark.parametrize(("table", "column"), [("queries", "query_id"), ("passages", "passage_id")])
def test_two_missing_ids_are_missing_not_repeated(rows: dict, table: str, column: str) -> None:
    rows[table][1][column] = rows[table][2][column] = None
    with pytest.raises(RequestError, match=f"{table} row 1 has no {column}"):
        Collection.from_rows("tiny", **rows)


@pytest.mark.parametrize("table", ["queries", "passages", "qrels"])
def test_an_empty_table_is_named(rows: dict, table: str) -> None:
    rows[table] = []
    with pytest.raises(RequestError, match=f"tiny: the table {table} is empty"):
        Collection.from_rows("tiny", **rows)


def test_ids_that_only_join_to_the_same_string_are_different_judgments(rows: dict) -> None:
    rows["queries"].append({"query_id": "x", "topic_id": "t1 -> p1en", "language": "en", "text": "odd id"})
    rows["qrels"].append({"topic_id": "t1 -> p1en", "passage_id": "p1en"})
    assert Collection.from_rows("tiny", **rows).qrels.num_rows == 5


def test_from_rows_fills_parallel_id_title_and_relevance() -> None:
    collection = Collection.from_rows(
        "c",
        queries=[{"query_id": "q", "topic_id": "t", "language": "en", "text": "?a"}],
        passages=[{"passage_id": "p", "language": "de", "text": "b"}],
        qrels=[{"topic_id": "t", "passage_id": "p"}],
    )
    assert collection.passages.to_pylist() == [
        {"passage_id": "p", "parallel_id": None, "language": "de", "title": "", "text": "b"}
    ]
    assert collection.qrels.to_pylist() == [{"topic_id": "t", "passage_id": "p", "relevance": 1}]
    assert (collection.licence, collection.source, collection.evaluation_only) == ("unknown", "", False)


def test_the_views(tiny: Collection) -> None:
    assert tiny.languages == ["de", "en", "es"]
    assert tiny.topics == ["t1", "t2"]
    assert tiny.query_texts == ["capital of Peru?", "Hauptstadt von Peru?", "capital of Laos?"]
    assert tiny.passage_texts[:2] == ["Peru\nLima is it.", "Lima lo es."]
    assert tiny.texts == tiny.query_texts + tiny.passage_texts


def test_a_missing_title_reads_as_none(rows: dict) -> None:
    rows["passages"][0]["title"] = None
    assert Collection.from_rows("tiny", **rows).passage_texts[0] == "Lima is it."


def test_a_passage_needs_a_text_or_a_title(rows: dict) -> None:
    rows["passages"][0]["text"] = " "
    assert Collection.from_rows("tiny", **rows).passage_texts[0] == "Peru\n "
    rows["passages"][0]["title"] = "\u3000"
    with pytest.raises(RequestError, match="passages row 0 has empty text"):
        Collection.from_rows("tiny", **rows)


def test_an_empty_text_is_found_whatever_the_batches(rows: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isoglot.data.validation.BATCH_ROWS", 2)
    rows["passages"][3]["text"] = ""
    with pytest.raises(RequestError, match="passages row 3 has empty text"):
        Collection.from_rows("tiny", **rows)


def excluding(rows: dict, *pairs: tuple[Any, Any]) -> Collection:
    exclusions = [{"topic_id": topic, "passage_id": passage} for topic, passage in pairs]
    return Collection.from_rows("tiny", **rows, exclusions=exclusions)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("t9", "p2de")], "exclusions row 0 excludes the topic_id 't9', which queries does not hold"),
        ([("t1", "p2de"), ("t1", "p9")], "exclusions row 1 excludes the passage_id 'p9', which passages does not hold"),
        ([("t1", "p2de"), ("t1", "p2de")], "exclusions row 1 repeats the exclusion 't1 -> p2de' of row 0"),
        ([("t2", "p1en"), ("t2", "p2de")], "exclusions row 1 excludes 'p2de', which is relevant to 't2'"),
        ([("", "p2de")], "exclusions row 0 has no topic_id"),
        ([("t1", None)], "exclusions row 0 has no passage_id"),
        ([("t1", 7)], "exclusions row 0 has the passage_id 7"),
    ],
)
def test_a_wrong_exclusion_is_named(rows: dict, pairs: list[tuple[Any, Any]], said: str) -> None:
    with pytest.raises(RequestError) as caught:
        excluding(rows, *pairs)
    assert str(caught.value).startswith(f"tiny: {said}")


def test_a_judged_negative_and_another_topics_gold_may_be_excluded(rows: dict) -> None:
    assert excluding(rows, ("t1", "p3de"), ("t1", "p2de")).exclusions.num_rows == 2


def test_selections_keep_the_exclusions_of_what_is_left(rows: dict) -> None:
    whole = excluding(rows, ("t1", "p3de"), ("t1", "p2de"), ("t2", "p1en"))
    # p2de is judged for t2 only, and select_topics keeps judged passages only
    assert whole.select_topics(["t1"]).exclusions.to_pylist() == [{"topic_id": "t1", "passage_id": "p3de"}]
    assert whole.select_topics(["t1", "t2"]).exclusions.num_rows == 3
    assert whole.select_languages(["en"]).exclusions.to_pylist() == [{"topic_id": "t2", "passage_id": "p1en"}]
    assert whole.select_languages(["de"]).exclusions["passage_id"].to_pylist() == ["p3de", "p2de"]


# What content_hash gave before there were exclusions, to which folders on disk hold us.
HASH_OF_TINY = "55be2bfab673e481a11641ef562c5593b6ed8932edeb8a8b6b323ea653b30f67"


def test_without_exclusions_the_hash_is_the_one_of_old_folders(rows: dict, tiny: Collection) -> None:
    assert tiny.content_hash == excluding(rows).content_hash == HASH_OF_TINY


def test_the_hash_sees_every_exclusion(rows: dict, tiny: Collection) -> None:
    hashes = {excluding(rows, *pairs).content_hash for pairs in (
        [("t1", "p3de")], [("t1", "p2de")], [("t2", "p3de")], [("t1", "p3de"), ("t1", "p2de")],
        [("t1", "p2de"), ("t1", "p3de")])}  # fmt: skip
    assert len(hashes | {tiny.content_hash}) == 6


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_the_hash_does_not_depend_on_the_parts_it_is_taken_in(
    tiny: Collection, rows: dict, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(collection_module, "HASHED_ROWS", size)
    assert Collection.from_rows("tiny", **rows).content_hash == tiny.content_hash


def test_exclusions_are_a_table_of_their_own(tiny: Collection, rows: dict) -> None:
    assert tiny.exclusions.schema == EXCLUSIONS
    assert tiny.exclusions.num_rows == 0
    assert excluding(rows, ("t1", "p3de")).exclusions.schema == EXCLUSIONS


def test_select_topics_keeps_queries_judgments_and_judged_passages(tiny: Collection) -> None:
    part = tiny.select_topics(["t1", "unheard of"])
    assert part.queries["query_id"].to_pylist() == ["q1en", "q1de"]
    assert part.passages["passage_id"].to_pylist() == ["p1en", "p1es", "p3de"]
    assert part.qrels["relevance"].to_pylist() == [1, 1, 0]
    assert (part.name, part.licence, part.source) == ("tiny", "CC0-1.0", "by hand")
    assert (part.topics, part.languages) == (["t1"], ["de", "en", "es"])


def test_select_languages_drops_judgments_on_either_side(tiny: Collection) -> None:
    part = tiny.select_languages(["en", "es"])
    assert part.queries["query_id"].to_pylist() == ["q1en", "q2en"]
    assert part.passages["passage_id"].to_pylist() == ["p1en", "p1es"]
    assert part.qrels["passage_id"].to_pylist() == ["p1en", "p1es"]
    german = tiny.select_languages(["de"])
    assert german.topics == ["t1"]
    assert german.qrels.to_pylist() == [{"topic_id": "t1", "passage_id": "p3de", "relevance": 0}]


@pytest.mark.parametrize("chosen", [["fr"], []])
def test_a_selection_that_leaves_nothing_is_an_error(tiny: Collection, chosen: list[str]) -> None:
    with pytest.raises(RequestError, match="is empty"):
        tiny.select_languages(chosen)
    with pytest.raises(RequestError, match="is empty"):
        tiny.select_topics(chosen)


def test_a_selection_does_not_keep_the_hash_of_the_whole(tiny: Collection) -> None:
    assert tiny.content_hash != tiny.select_topics(["t1"]).content_hash


def test_the_hash_is_independent_of_chunking_and_column_order(tiny: Collection) -> None:
    chunked = Collection(
        "other name",
        pa.concat_tables([tiny.queries.slice(0, 1), tiny.queries.slice(1)]),
        pa.concat_tables([tiny.passages.slice(0, 3), tiny.passages.slice(3)]),
        tiny.qrels.select(["relevance", "passage_id", "topic_id"]),
    )
    assert chunked.passages["text"].num_chunks == 2
    assert chunked.content_hash == tiny.content_hash


@pytest.mark.parametrize(
    ("table", "column"),
    [("queries", c) for c in QUERIES.names] + [("passages", c) for c in PASSAGES.names]
    + [("qrels", c) for c in QRELS.names],
)  # fmt: skip
def test_the_hash_changes_with_every_cell(rows: dict, tiny: Collection, table: str, column: str) -> None:
    other = {"language": "fr", "relevance": 5, "topic_id": "t2", "passage_id": "p4"}.get(column, "changed")
    if (table, column) == ("qrels", "passage_id"):
        other = "p2de"
    last = {"queries": 1, "passages": 3, "qrels": 3}[table]
    if (table, column) == ("passages", "passage_id"):
        rows["qrels"][3]["passage_id"] = other
    rows[table][last][column] = other
    assert Collection.from_rows("tiny", **rows).content_hash != tiny.content_hash


def test_the_hash_sees_row_order_and_cell_borders(rows: dict, tiny: Collection) -> None:
    rows["queries"][0]["text"], rows["queries"][1]["text"] = "capital of Peru?Haupt", "stadt von Peru?"
    moved = Collection.from_rows("tiny", **rows)
    rows["queries"].reverse()
    turned = Collection.from_rows("tiny", **rows)
    assert len({tiny.content_hash, moved.content_hash, turned.content_hash}) == 3
