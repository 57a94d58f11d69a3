"""evaluate() against trec_eval run by run, means by hand, and the files of the contract."""

import json
import math
import platform
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import pytrec_eval

from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.evaluation.encoded import encode_collection
from isoglot.evaluation.evaluate import evaluate, evaluate_encoded
from isoglot.evaluation.files import write_evaluation
from isoglot.evaluation.measures import DEFAULT_MEASURES
from toys import StubEncoder

ORACLE = {
    "AP": "map",
    "RR": "recip_rank",
    "R@1": "recall_1",
    "R@10": "recall_10",
    "R@100": "recall_100",
    "nDCG@10": "ndcg_cut_10",
}
LANGUAGES = ("de", "en", "th", "zh-Hant")
POOLED = ("multilingual", "pool")
POOLS = (("en", "zh-Hant"), ("de",))
Values = dict[tuple[str, str, str, str], dict[str, float]]


def random_collection(seed: int, languages: Iterable[str] = LANGUAGES, topics: int = 14) -> Collection:
    """Topics that lack languages, have several wordings and golds, graded and zero relevance; passages of no topic."""
    rng, languages = np.random.default_rng(seed), list(languages)
    queries = [
        {"query_id": f"q{t}{code}{n}", "topic_id": f"t{t}", "language": code, "text": f"ask {t} {code} {n}"}
        for t in range(topics)
        for code in languages
        for n in range(rng.choice([0, 1, 1, 2]))
        if code != languages[-1] or t % 2
    ]
    passages = [
        {
            "passage_id": f"p{n}",
            "language": str(rng.choice(languages)),
            "title": f"head {n}" * (n % 2),
            "text": f"say {n}",
        }
        for n in range(90)
    ]
    asked = sorted({row["topic_id"] for row in queries})
    pairs = {(asked[rng.integers(len(asked))], f"p{rng.integers(90)}") for _ in range(60)}
    qrels = [
        {"topic_id": topic, "passage_id": passage, "relevance": int(rng.choice([0, 1, 1, 2, 3]))}
        for topic, passage in sorted(pairs)
    ]
    return Collection.from_rows("random", queries=queries, passages=passages, qrels=qrels)


def scopes(collection: Collection, pools: Iterable[tuple[str, ...]]) -> Iterable[tuple[str, str, str, set[str]]]:
    """(setting, query language, scope, passage languages in scope) of everything that is to be reported."""
    for asked in collection.languages:
        for answered in collection.languages:
            yield "monolingual" if asked == answered else "cross-lingual", asked, answered, {answered}
        yield "multilingual", asked, "all", set(collection.languages)
        for pool in pools:
            yield "pool", asked, "+".join(pool), set(pool)


def by_trec_eval(collection: Collection, pools: Iterable[tuple[str, ...]] = ()) -> Values:
    """Every query's measures in every scope by pytrec_eval, and its rank distance in the pools by hand."""
    passages, texts = collection.passages.to_pylist(), collection.passage_texts
    vectors = np.array([StubEncoder.vector("P " + text) for text in texts], np.float64)
    relevance: dict[str, dict[str, int]] = defaultdict(dict)
    for row in collection.qrels.to_pylist():
        relevance[row["topic_id"]][row["passage_id"]] = row["relevance"]
    values: Values = {}
    for setting, language, scope, answered in scopes(collection, pools):
        rows = [number for number, row in enumerate(passages) if row["language"] in answered]
        inside = {passages[number]["passage_id"] for number in rows}
        for query in collection.queries.to_pylist():
            judged = {name: grade for name, grade in relevance[query["topic_id"]].items() if name in inside}
            if query["language"] != language or not any(judged.values()):
                continue
            scores = vectors[rows] @ StubEncoder.vector("Q " + query["text"]).astype(np.float64)
            ranked = [passages[rows[place]]["passage_id"] for place in np.argsort(-scores)]
            run = {query["query_id"]: {name: float(-place) for place, name in enumerate(ranked)}}
            qrels = {query["query_id"]: judged}
            measures = {"map", "recip_rank", "recall.1,10,100", "ndcg_cut.10"}
            found = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)[query["query_id"]]
            ranks = [place for place, name in enumerate(ranked) if judged.get(name)]
            distance = {"RD": max(ranks) - min(ranks)} if setting in POOLED and len(ranks) > 1 else {}
            values[setting, language, scope, query["query_id"]] = {
                **{name: found[oracle] for name, oracle in ORACLE.items()},
                **distance,
            }
    return values


def mean_of_means(values: Values, setting: str, names: Iterable[str], scope: str | None = None) -> dict[str, float]:
    """Mean over (query language, scope) of the mean over queries."""
    groups = defaultdict(list)
    for (found, language, answered, _), scores in values.items():
        if found == setting and scope in (None, answered):
            groups[language, answered].append(scores)
    means = {}
    for name in names:
        known = [[row[name] for row in group if name in row] for group in groups.values()]
        known = [group for group in known if group]
        if known:
            means[name] = math.fsum(math.fsum(group) / len(group) for group in known) / len(known)
    return means


@pytest.mark.parametrize("seed", range(4))
def test_every_query_in_every_setting_equals_trec_eval(seed: int) -> None:
    collection = random_collection(seed)
    expected = by_trec_eval(collection, POOLS)
    table = evaluate(StubEncoder(), collection, pools=POOLS).per_query.to_pylist()
    keys = [(row["setting"], row["query_language"], row["passage_language"], row["query_id"]) for row in table]
    assert len(keys) == len(set(keys))
    assert set(keys) == set(expected)
    topics = dict(zip(*(collection.queries[name].to_pylist() for name in ("query_id", "topic_id")), strict=True))
    for key, row in zip(keys, table, strict=True):
        assert row["topic_id"] == topics[row["query_id"]]
        for name, value in expected[key].items():
            assert row[name] == pytest.approx(value, abs=1e-9), (key, name)
        assert (row["RD"] is None) == ("RD" not in expected[key])


@pytest.mark.parametrize("seed", range(4))
def test_means_equal_those_by_hand(seed: int) -> None:
    collection = random_collection(seed)
    expected = by_trec_eval(collection, POOLS)
    scores = evaluate(StubEncoder(), collection, pools=POOLS).scores
    for setting in ("monolingual", "cross-lingual", "multilingual"):
        assert scores["settings"][setting] == pytest.approx(mean_of_means(expected, setting, ORACLE), abs=1e-9)
        for language, found in scores["languages"].items():
            own = {key: value for key, value in expected.items() if key[1] == language}
            assert found[setting] == pytest.approx(mean_of_means(own, setting, ORACLE), abs=1e-9)
            distance = mean_of_means(own, "multilingual", ["RD"]).get("RD")
            assert found.get("RD") == pytest.approx(distance, abs=1e-9)
    assert scores["bias"].get("RD") == pytest.approx(
        mean_of_means(expected, "multilingual", ["RD"]).get("RD"), abs=1e-9
    )
    for pool in POOLS:
        name = "+".join(pool)
        by_hand = mean_of_means(expected, "pool", [*ORACLE, "RD"], name)
        assert scores["pools"][name] == pytest.approx(by_hand, abs=1e-9)
    pairs = {key[1:3] for key in expected if key[0] in ("monolingual", "cross-lingual")}
    assert set(scores["pairs"]) == {f"{asked}->{answered}" for asked, answered in pairs}
    for asked, answered in pairs:
        setting = "monolingual" if asked == answered else "cross-lingual"
        own = {key: value for key, value in expected.items() if key[1] == asked}
        by_hand = mean_of_means(own, setting, ORACLE, answered)
        assert scores["pairs"][f"{asked}->{answered}"] == pytest.approx(by_hand, abs=1e-9)


def test_query_without_a_gold_in_the_target_language_leaves_that_pair_alone() -> None:
    """Topic b has no German passage: its English query counts on English and in the pool, not on German."""
    collection = Collection.from_rows(
        "two topics",
        queries=[{"query_id": f"{t}-en", "topic_id": t, "language": "en", "text": f"{t}?"} for t in "ab"],
        passages=[
            {"passage_id": "a-en", "language": "en", "text": "a"},
            {"passage_id": "a-de", "language": "de", "text": "A"},
            {"passage_id": "b-en", "language": "en", "text": "b"},
        ],
        qrels=[{"topic_id": row[0], "passage_id": row} for row in ("a-en", "a-de", "b-en")],
    )
    table = evaluate(StubEncoder(), collection).per_query.to_pylist()
    found = {(row["setting"], row["passage_language"], row["query_id"]) for row in table}
    assert found == {
        ("monolingual", "en", "a-en"),
        ("monolingual", "en", "b-en"),
        ("cross-lingual", "de", "a-en"),
        ("multilingual", "all", "a-en"),
        ("multilingual", "all", "b-en"),
    }


def test_every_distinct_text_is_encoded_once_in_its_role() -> None:
    encoder, collection = StubEncoder(), random_collection(1)
    evaluate(encoder, collection, pools=POOLS)
    expected = [f"Q {text}" for text in collection.query_texts] + [f"P {text}" for text in collection.passage_texts]
    assert sorted(encoder.texts) == sorted(set(expected))


def test_bound_on_memory_changes_nothing_but_time() -> None:
    collection = random_collection(2)
    encoded = encode_collection(StubEncoder(), collection)
    whole, small = (evaluate_encoded(collection, encoded, memory=memory) for memory in (2**26, 1))
    assert whole.per_query.equals(small.per_query)


def test_one_language_has_no_cross_lingual_scores() -> None:
    collection = random_collection(0, ["th"], topics=30)
    scores = evaluate(StubEncoder(), collection).scores
    assert scores["settings"]["cross-lingual"] == {}
    assert scores["settings"]["monolingual"] == scores["settings"]["multilingual"]
    assert list(scores["pairs"]) == ["th->th"]


def test_queries_and_passages_without_a_common_language_have_no_monolingual_scores() -> None:
    collection = Collection.from_rows(
        "crossing",
        queries=[{"query_id": "q", "topic_id": "t", "language": "en", "text": "who?"}],
        passages=[{"passage_id": f"p{n}", "language": "de", "text": f"{n}"} for n in range(3)],
        qrels=[{"topic_id": "t", "passage_id": "p1"}],
    )
    scores = evaluate(StubEncoder(), collection).scores
    assert scores["settings"]["monolingual"] == {}
    assert scores["settings"]["cross-lingual"] == scores["settings"]["multilingual"]
    with pytest.raises(RequestError, match="'en'"):
        evaluate(StubEncoder(), collection, pools=[["de"], ["en"]])


def test_pool_of_an_unknown_language_is_refused_before_anything_is_encoded() -> None:
    encoder = StubEncoder()
    with pytest.raises(RequestError, match="'xx'"):
        evaluate(encoder, random_collection(0), pools=[["en", "xx"]])
    assert encoder.texts == []


def test_collection_without_relevance_is_refused() -> None:
    collection = Collection.from_rows(
        "nothing",
        queries=[{"query_id": "q", "topic_id": "t", "language": "en", "text": "who?"}],
        passages=[{"passage_id": "p", "language": "en", "text": "nobody"}],
        qrels=[{"topic_id": "t", "passage_id": "p", "relevance": 0}],
    )
    with pytest.raises(RequestError, match="nothing has no query with a relevant passage"):
        evaluate(StubEncoder(), collection)


def test_files_hold_what_the_contract_says(tmp_path: Path) -> None:
    collection = random_collection(3)
    write_evaluation(evaluate(StubEncoder(), collection, pools=POOLS), "some/model", collection, tmp_path)
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    contract = {"model", "collection", "settings", "bias", "languages", "pairs", "cost", "versions"}
    assert contract <= set(scores)
    assert scores["versions"]["python"] == platform.python_version()
    assert (scores["model"], scores["collection"]) == ("some/model", "random")
    assert set(scores["settings"]) == {"monolingual", "cross-lingual", "multilingual"}
    assert all({"AP", "nDCG@10", "R@1"} <= set(each) for each in scores["settings"].values())
    assert "RD" in scores["bias"]
    assert "en->de" in scores["pairs"]
    table = pq.read_table(tmp_path / "per_query.parquet")
    expected = ["setting", "query_language", "passage_language", "query_id", "topic_id"]
    assert table.column_names[:12] == [*expected, *(measure.name for measure in DEFAULT_MEASURES), "RD"]


def test_means_of_the_parquet_file_are_those_of_the_json_file(tmp_path: Path) -> None:
    collection = random_collection(3)
    write_evaluation(evaluate(StubEncoder(), collection), "some/model", collection, tmp_path)
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    frame = pq.read_table(tmp_path / "per_query.parquet").to_pandas()
    for setting, rows in frame.groupby("setting"):
        means = rows.groupby(["query_language", "passage_language"])[list(ORACLE)].mean().mean()
        assert scores["settings"][setting] == pytest.approx(means.to_dict(), abs=1e-9)
