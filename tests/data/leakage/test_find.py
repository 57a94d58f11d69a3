"""What counts as a leak, of what kind, where; and that the report tells all of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from isoglot.data import Collection, storage
from isoglot.data.catalogue import open_collection
from isoglot.data.leakage import find_leaks, leakage_record
from isoglot.data.leakage.find import LISTED
from isoglot.data.leakage.report import Count
from isoglot.data.split import split_topics
from isoglot.errors import RequestError

NILE = "The Nile flows north through eleven countries of Africa into the Mediterranean Sea."
AMAZON = "El Amazonas nace en los Andes del Perú y desemboca en el océano Atlántico cerca de Belém."
OTHER = "Lake Titicaca lies in the Andes on the border of Bolivia and Peru, high above the sea."


def collection(name: str, queries: list[str], passages: list[str], language: str = "en", title: str = "") -> Collection:
    """Topic t has query t, and all topics judge all passages."""
    return Collection.from_rows(
        name,
        queries=[
            {"query_id": f"{name}:q{t}", "topic_id": f"{name}:t{t}", "language": language, "text": text}
            for t, text in enumerate(queries)
        ],
        passages=[
            {"passage_id": f"{name}:p{p}", "language": language, "title": title, "text": text}
            for p, text in enumerate(passages)
        ],
        qrels=[
            {"topic_id": f"{name}:t{t}", "passage_id": f"{name}:p{p}"}
            for t in range(len(queries))
            for p in range(len(passages))
        ],
    )


CLEAN = collection("clean", ["which sea does the river reach at last?"], [OTHER])


@pytest.mark.parametrize(
    ("text", "kind", "similarity"),
    [
        (NILE, "exact", 1.0),
        (NILE.upper().replace(" ", "  ").replace(".", " !"), "normalised", 1.0),
        (NILE.replace("Sea", "Basin"), "near-duplicate", None),
        (f"{OTHER} {NILE.lower()} {AMAZON}", "contained", 1.0),
        (NILE[10:60], "contained", 1.0),
    ],
)
@pytest.mark.parametrize("train_table", ["query", "passage"])
@pytest.mark.parametrize("evaluation_table", ["query", "passage"])
def test_a_leaking_text_is_found_in_either_table(
    train_table: str, evaluation_table: str, text: str, kind: str, similarity: float | None
) -> None:
    def holding(name: str, table: str, held: str) -> Collection:
        return collection(name, [held if table == "query" else name], [held if table == "passage" else name])

    report = find_leaks([CLEAN, holding("train", train_table, text)], holding("test", evaluation_table, NILE))
    assert not report.clean
    assert report.counts == (Count(kind, train_table, evaluation_table, "en", 1),)
    (leak,) = report.leaks
    assert (leak.kind, leak.train.text, leak.evaluation.text) == (kind, text, NILE)
    assert (leak.train.collection, leak.train.table, leak.train.id) == (
        "train",
        train_table,
        f"train:{train_table[0]}0",
    )
    assert (leak.evaluation.table, leak.evaluation.id) == (evaluation_table, f"test:{evaluation_table[0]}0")
    assert 0.8 <= leak.similarity < 1 if similarity is None else leak.similarity == similarity
    assert [len(each.queries) + len(each.passages) for each in (*report.train, report.evaluation)] == [0, 1, 1]


def test_nothing_in_common_is_a_checked_statement() -> None:
    report = find_leaks([collection("a", ["who?"], [NILE]), collection("b", ["why?"], [AMAZON])], CLEAN)
    assert report.clean
    assert (report.counts, report.leaks, report.pairs) == ((), (), 0)
    assert report.statement == (
        "No text of clean is in a or b: 4 x 2 texts compared exactly, normalised, contained "
        "and by character n-grams (Jaccard >= 0.8)."
    )


def test_parts_with_one_name_are_named_once_and_only_those_that_leak_where_some_do() -> None:
    train, dev = collection("a", ["who?"], [NILE]), collection("a", ["when?"], [OTHER])
    held = collection("test", ["which?", "whose?"], [f"{NILE} {AMAZON}", "A lake."])
    report = find_leaks([train, dev, collection("b", ["why?"], ["A hill."])], held)
    assert report.statement == (
        "1 passage of test (4 texts) leaks from a, in pairs: 1 contained; topics that ask or need such a text: 2; "
        "6 x 4 texts compared exactly, normalised, contained and by character n-grams (Jaccard >= 0.8)."
    )
    assert find_leaks([train, dev], collection("b", ["why?"], ["A hill."])).statement.startswith(
        "No text of b is in a:"
    )


def test_topics_are_touched_by_what_they_ask_and_by_what_answers_them_alone() -> None:
    held = collection("test", [NILE, "which?", "whose?"], [AMAZON, "A lake."])
    judgments = [("test:t1", "test:p0", 1), ("test:t2", "test:p0", 0), ("test:t2", "test:p1", 1)]
    rows = [{"topic_id": topic, "passage_id": passage, "relevance": grade} for topic, passage, grade in judgments]
    held = Collection.from_rows(
        "test", queries=held.queries.to_pylist(), passages=held.passages.to_pylist(), qrels=rows
    )
    report = find_leaks([collection("a", [NILE], [AMAZON])], held)
    assert report.evaluation.touched == {"test:t0", "test:t1"}
    assert report.to_dict()["evaluation"]["touched_topics"] == 2


def test_short_equal_texts_are_a_kind_of_their_own_and_never_near_duplicates() -> None:
    report = find_leaks(
        [collection("a", ["Open", "Open file"], [NILE])], collection("b", ["open!", "Open files"], [OTHER])
    )
    assert report.counts == (Count("short", "query", "query", "en", 1),)
    assert not report.clean


def test_ten_chinese_characters_are_not_short() -> None:
    report = find_leaks(
        [collection("a", ["尼罗河流经哪些国家呢"], ["x"])], collection("b", ["尼罗河流经哪些国家呢"], ["y"], "zh")
    )
    assert report.counts == (Count("exact", "query", "query", "zh", 1),)


def test_templates_about_different_things_are_not_near_duplicates() -> None:
    train = ["What is the capital of Peru?", "秘鲁的首都是哪一座城市？", "เมืองหลวงของเปรูคือเมืองอะไร"]
    evaluation = [
        "What is the capital of Indonesia?",
        "印度尼西亚的首都是哪一座城市？",
        "เมืองหลวงของอินโดนีเซียคือเมืองอะไร",
    ]
    assert find_leaks([collection("a", train, ["x"])], collection("b", evaluation, ["y"])).clean


def test_a_title_neither_hides_a_copy_nor_is_one() -> None:
    assert not find_leaks([collection("a", ["?"], [NILE], title="Nile")], collection("b", ["!"], [NILE])).clean
    assert find_leaks([collection("a", ["?"], [NILE], title=OTHER)], CLEAN).clean


def test_a_text_in_many_rows_is_one_pair_that_counts_its_rows() -> None:
    report = find_leaks([collection("a", ["who?"], [NILE] * 3)], collection("b", ["what?"], [NILE] * 2))
    assert report.pairs == 1
    assert (report.leaks[0].train.rows, report.leaks[0].evaluation.rows) == (3, 2)
    assert (len(report.train[0].passages), len(report.evaluation.passages)) == (3, 2)


def test_the_most_severe_pairs_come_first_and_all_are_counted() -> None:
    names = [f"name {number:04}" for number in range(LISTED + 10)]
    report = find_leaks([collection("a", names, [NILE, NILE.upper()])], collection("b", names, [NILE]))
    assert report.by_kind() == {"exact": 1, "normalised": 1, "short": LISTED + 10}
    assert [leak.kind for leak in report.leaks] == ["exact", "normalised"] + ["short"] * (LISTED - 2)


def test_parts_of_one_collection_that_share_ids_are_the_same_topic() -> None:
    def version(language: str, query: str, passage: str) -> Collection:
        rows = {"query_id": language, "topic_id": "t", "language": language, "text": query}
        held = {"passage_id": language, "parallel_id": "g", "language": language, "text": passage}
        return Collection.from_rows(
            "set", queries=[rows], passages=[held], qrels=[{"topic_id": "t", "passage_id": language}]
        )

    english, spanish = version("en", "where is it?", NILE), version("es", "¿dónde está?", AMAZON)
    report = find_leaks([english], spanish)
    assert report.by_kind() == {"same topic": 2}
    assert [(leak.train.table, leak.train.id, leak.train.text, leak.evaluation.text) for leak in report.leaks] == [
        ("topic", "t", "where is it?", "¿dónde está?"),
        ("parallel group", "g", NILE, AMAZON),
    ]


def test_a_split_shares_no_topic() -> None:
    train, dev = split_topics(open_collection("worldfacts/held-out").select_languages(["en", "zh"]), 100)
    kinds = find_leaks([train], dev).by_kind()
    assert not {"same topic", "exact", "normalised", "short"} & set(kinds)


def test_the_record_is_json_and_lists_a_part() -> None:
    passages = [f"{NILE} {number}" for number in range(12)]
    record = leakage_record([collection("a", ["who?"], passages)], collection("b", ["why?"], passages))
    assert json.loads(json.dumps(record)) == record
    assert (record["clean"], record["kinds"]["exact"], record["pairs"], len(record["leaks"])) == (False, 12, 144, 100)
    assert record["train"][0]["leaking_passages"] == 12
    assert record["parameters"]["threshold"] == 0.8


@pytest.mark.parametrize("threshold", [0.49, 1.01, -1, float("nan")])
def test_a_threshold_out_of_range_is_an_error(threshold: float) -> None:
    with pytest.raises(RequestError, match=f"threshold is {threshold}; give a number from 0.5 to 1"):
        find_leaks([CLEAN], CLEAN, threshold=threshold)


def test_no_training_collection_is_an_error() -> None:
    with pytest.raises(RequestError, match="no training collection"):
        find_leaks([], CLEAN)


def test_the_report_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    texts = [NILE + " near" * number for number in range(12)]
    storage.save(collection("set", [f"{text}?" for text in texts], [*texts, AMAZON, OTHER]), tmp_path / "set")
    program = (
        "import json, sys, pathlib\n"
        "from isoglot.data import storage\n"
        "from isoglot.data.leakage import leakage_record\n"
        "texts = storage.load(pathlib.Path(sys.argv[1]))\n"
        "print(json.dumps(leakage_record([texts], texts)))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "set")]
    first, second = (
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, check=True)
        for seed in ("1", "2")
    )
    assert json.loads(first.stdout)["pairs"] > 100
    assert first.stdout == second.stdout


def test_xquad_r_is_in_no_native_qa_until_it_is_put_there(shared_data: Path) -> None:
    held = open_collection(f"xquad-r={shared_data / 'xquad-r'}").select_languages(["ar", "th", "zh"])
    train = [
        open_collection(str(shared_data / "native-qa" / f"{language}.jsonl.gz")) for language in ("ar", "th", "zh")
    ]
    assert find_leaks(train, held).clean
    sentences = [text for text in held.passages["text"].to_pylist() if len(text) > 60][:300:3]
    planted = collection("planted", ["?"], [f"{OTHER} {text} {NILE}" for text in sentences])
    report = find_leaks([*train, planted], held)
    assert report.by_kind() == {"contained": len(set(sentences))}
