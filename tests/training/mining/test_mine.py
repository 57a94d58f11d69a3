"""Mined negatives against a search written out over strings and Python sets, and what must never be mined."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from isoglot.batches import Plan, strategy_named
from isoglot.data import Collection
from isoglot.errors import IsoglotError, RequestError
from isoglot.evaluation.encoded import EncodedCollection
from isoglot.evaluation.evaluate import tie_order
from isoglot.evaluation.ranks import blocks
from isoglot.training.mining import MiningRequest, mine

LANGUAGES = ["de", "en", "th"]
TEXTS = ["Lima.", "lima", "Lima!", "Cusco", "Puno", "Ica", "Tacna", "Piura"]


@pytest.fixture(scope="module", autouse=True)
def _one_pool_of_threads() -> Iterator[None]:
    """Setting up threads anew for every search would take most of the time of these tests."""
    with ThreadPoolExecutor(1) as threads, pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "working_threads", lambda _: nullcontext((threads, 1)))
        yield


@st.composite
def collections(draw: st.DrawFn) -> Collection:
    """Copies of texts, parallel groups, several golds, judged negatives, exclusions, topics without a gold."""
    language = st.sampled_from(LANGUAGES)
    passages = [
        {
            "passage_id": f"p{number}",
            "parallel_id": draw(st.sampled_from([None, None, "g1", "g2", "g3"])),
            "language": draw(language),
            "title": draw(st.sampled_from(["", "", "Peru"])),
            "text": draw(st.sampled_from(TEXTS)),
        }
        for number in range(draw(st.integers(2, 25)))
    ]
    ids = st.sampled_from([row["passage_id"] for row in passages])
    queries, qrels, exclusions = [], [], []
    for topic in range(draw(st.integers(1, 5))):
        codes = draw(st.lists(language, min_size=1, max_size=3))
        queries += [
            {"query_id": f"q{topic}-{n}", "topic_id": f"t{topic}", "language": code, "text": f"where is {topic}-{n}?"}
            for n, code in enumerate(codes)
        ]
        judged = draw(st.dictionaries(ids, st.sampled_from([0, 1, 2]), min_size=1, max_size=4))
        qrels += [{"topic_id": f"t{topic}", "passage_id": each, "relevance": grade} for each, grade in judged.items()]
        excluded = draw(st.sets(ids, max_size=2)) - {each for each, grade in judged.items() if grade > 0}
        exclusions += [{"topic_id": f"t{topic}", "passage_id": each} for each in sorted(excluded)]
    return Collection.from_rows("random", queries=queries, passages=passages, qrels=qrels, exclusions=exclusions)


def random_vectors(collection: Collection, seed: int) -> EncodedCollection:
    """A few directions only, so that many scores are equal."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(6, 3))
    directions = (directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype(np.float32)
    rows = (rng.integers(6, size=table.num_rows) for table in (collection.queries, collection.passages))
    queries, passages = (directions[chosen] for chosen in rows)
    return EncodedCollection(queries, passages, None, {}, {})


def exact_scores(encoded: EncodedCollection) -> NDArray[np.float64]:
    """Of vectors rounded as the ranking rounds them."""
    queries, passages = (np.round(v.astype(np.float64) * 2**26) / 2**26 for v in (encoded.queries, encoded.passages))
    return queries @ passages.T


def plain(text: str) -> str:
    return "".join(c for c in text.casefold() if unicodedata.category(c)[0] not in "PZ")


def same_content(passages: list[dict], start: set[str]) -> set[str]:
    """All that parallel groups and equal texts connect to these passages."""
    found = set(start)
    while True:
        inside = [row for row in passages if row["passage_id"] in found]
        groups = {row["parallel_id"] for row in inside} - {None}
        texts = {plain(row["text"]) for row in inside}
        more = {
            row["passage_id"] for row in passages if row["parallel_id"] in groups or plain(row["text"]) in texts
        } | found  # fmt: skip
        if more == found:
            return found
        found = more


def by_topic(rows: list[dict], wanted: range | None = None) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if wanted is None or row["relevance"] in wanted:
            found[row["topic_id"]].add(row["passage_id"])
    return found


def mined_by_hand(
    collection: Collection, finder: EncodedCollection, judge: EncodedCollection, request: MiningRequest
) -> Iterator[tuple[str, str]]:
    passages, qrels, tie = collection.passages.to_pylist(), collection.qrels.to_pylist(), tie_order(collection)
    relevant, judged = by_topic(qrels, range(1, 9)), by_topic(qrels)
    excluded = by_topic(collection.exclusions.to_pylist())
    near, judging = exact_scores(finder), exact_scores(judge)
    for query, asked in enumerate(collection.queries.to_pylist()):
        topic = asked["topic_id"]
        if not relevant[topic]:
            continue
        banned = same_content(passages, relevant[topic]) | judged[topic] | excluded[topic]
        best = max(judging[query, n] for n, row in enumerate(passages) if row["passage_id"] in relevant[topic])
        limit = best - request.margin * abs(best)
        order = sorted(range(len(passages)), key=lambda n: (-near[query, n], tie[n]))
        for language in request.languages or LANGUAGES:
            allowed = [
                passages[n]["passage_id"] for n in order if passages[n]["language"] == language
                and passages[n]["passage_id"] not in banned and judging[query, n] < limit
            ]  # fmt: skip
            number = request.own if language == asked["language"] else request.foreign
            yield from ((topic, passage) for passage in allowed[:number])


@settings(max_examples=50, deadline=None)
@given(collections(), st.integers(0, 999), st.sampled_from([(2, 0), (0, 2), (3, 1)]), st.booleans(), st.booleans())
def test_what_is_mined_is_what_a_search_by_hand_finds(
    collection: Collection, seed: int, numbers: tuple[int, int], taught: bool, some_languages: bool
) -> None:
    finder = random_vectors(collection, seed)
    judge = random_vectors(collection, seed + 1) if taught else finder
    spoken = sorted(set(collection.passages["language"].to_pylist()))
    request = MiningRequest(*numbers, margin=0.05, languages=spoken[:1] if some_languages else None)
    if not any(row["relevance"] > 0 for row in collection.qrels.to_pylist()):
        with pytest.raises(RequestError, match="no query with a relevant passage"):
            mine(collection, finder, request)
        return
    expected = set(mined_by_hand(collection, finder, judge, request))
    if not expected:
        with pytest.raises(IsoglotError, match="no passage that may be a negative"):
            mine(collection, finder, request, teacher=judge)
        return
    found = mine(collection, finder, request, teacher=judge)
    before, after = collection.qrels.to_pylist(), found.collection.qrels.to_pylist()
    assert after[: len(before)] == before
    added = after[len(before) :]
    assert {row["relevance"] for row in added} == {0}
    assert sorted((row["topic_id"], row["passage_id"]) for row in added) == sorted(expected)
    languages = {row["passage_id"]: row["language"] for row in collection.passages.to_pylist()}
    counted = {language: sum(languages[row["passage_id"]] == language for row in added) for language in found.mined}
    assert counted == found.mined


@settings(max_examples=30, deadline=None)
@given(collections(), st.integers(0, 999), st.floats(0, 0.9))
def test_mined_passages_are_never_relevant_parallel_or_too_near(
    collection: Collection, seed: int, margin: float
) -> None:
    encoded = random_vectors(collection, seed)
    try:
        found = mine(collection, encoded, MiningRequest(5, 5, margin)).collection
    except IsoglotError:
        return
    group = {row["passage_id"]: row["parallel_id"] for row in collection.passages.to_pylist()}
    row_of = {row["passage_id"]: number for number, row in enumerate(collection.passages.to_pylist())}
    relevant = by_topic(collection.qrels.to_pylist(), range(1, 9))
    scores = exact_scores(encoded)
    for row in found.qrels.to_pylist()[collection.qrels.num_rows :]:
        topic, passage = row["topic_id"], row["passage_id"]
        assert passage not in relevant[topic]
        assert group[passage] is None or group[passage] not in {group[each] for each in relevant[topic]}
        queries = [n for n, asked in enumerate(collection.queries.to_pylist()) if asked["topic_id"] == topic]
        best = [max(scores[n, row_of[each]] for each in relevant[topic]) for n in queries]
        assert any(scores[n, row_of[passage]] < top - margin * abs(top) for n, top in zip(queries, best, strict=True))


def toy(passages: list[tuple[str, str | None, str, str]], queries: tuple[str, ...] = ("en",), **about) -> Collection:  # noqa: ANN003
    """One topic with queries in these languages; passages are (id, group, language, text), the first one relevant."""
    return Collection.from_rows(
        "toy",
        queries=[{"query_id": code, "topic_id": "t", "language": code, "text": f"{code}?"} for code in queries],
        passages=[{"passage_id": i, "parallel_id": g, "language": c, "text": text} for i, g, c, text in passages],
        qrels=[{"topic_id": "t", "passage_id": passages[0][0]}],
        **about,
    )


def with_scores(*scores: float) -> EncodedCollection:
    """One query, and passages that have these scores with it."""
    passages = np.array([[score, np.sqrt(1 - score**2)] for score in scores], np.float32)
    return EncodedCollection(np.array([[1.0, 0.0]], np.float32), passages, None, {}, {})


def mined_ids(collection: Collection, encoded: EncodedCollection, **options) -> list[str]:  # noqa: ANN003
    request = MiningRequest(**{"own": 8, "foreign": 8, "margin": 0.05, **options})
    return mine(collection, encoded, request).collection.qrels["passage_id"].to_pylist()[1:]


def test_the_margin_is_a_share_of_the_best_relevant_score() -> None:
    """0.8 less 5 % is 0.76; with a score below zero the limit lies below it too."""
    passages = [(name, None, "en", name) for name in ("gold", "above", "below", "far")]
    assert mined_ids(toy(passages), with_scores(0.8, 0.77, 0.75, 0.1)) == ["below", "far"]
    assert mined_ids(toy(passages), with_scores(-0.5, -0.51, -0.53, -0.9)) == ["below", "far"]
    result = mine(toy(passages), with_scores(0.8, 0.77, 0.75, 0.1), MiningRequest(8, 0, 0.05))
    assert (result.mined, result.refused) == ({"en": 2}, {"en": 1})


def test_copies_and_versions_of_a_relevant_passage_are_no_negatives() -> None:
    passages = [
        ("gold", "g", "en", "Lima is the capital."),
        ("version", "g", "de", "Lima ist die Hauptstadt."),
        ("copy", None, "en", "LIMA is the capital"),
        ("copy of version", "h", "de", "Lima ist die Hauptstadt!"),
        ("parallel to copy", "h", "fr", "Lima est la capitale."),
        ("other", None, "en", "Cusco is not."),
    ]
    assert mined_ids(toy(passages), with_scores(0.9, 0.5, 0.5, 0.5, 0.5, 0.5)) == ["other"]


def test_own_and_foreign_languages_have_numbers_of_their_own() -> None:
    passages = [(f"{code}{n}", None, code, f"{code} {n}") for code in ("en", "de", "fr") for n in range(4)]
    encoded = with_scores(*np.linspace(0.9, 0.2, 12))
    assert mined_ids(toy(passages), encoded, own=2, foreign=1) == ["en1", "en2", "de0", "fr0"]
    assert mined_ids(toy(passages), encoded, own=2, foreign=0) == ["en1", "en2"]
    assert mined_ids(toy(passages), encoded, own=0, foreign=1, languages=["fr"]) == ["fr0"]


def test_more_equal_scores_than_a_list_holds() -> None:
    """Forbidden copies and ties without end: the best passages are found all the same, and counted once."""
    passages = [("gold", None, "en", "gold"), *((f"copy{n}", None, "en", "gold") for n in range(100))]
    passages += [(f"tie{n}", None, "en", f"tie {n}") for n in range(100)]
    passages += [(f"near{n}", None, "en", f"near {n}") for n in range(5)]
    encoded = with_scores(0.9, *[0.8] * 100, *[0.7] * 100, *[0.89] * 5)
    collection = toy(passages)
    order = tie_order(collection)
    expected = sorted(range(101, 201), key=lambda row: order[row])[:3]
    found = mine(collection, encoded, MiningRequest(3, 0, 0.05))
    mined = found.collection.qrels["passage_id"].to_pylist()[1:]
    assert sorted(mined) == sorted(passages[row][0] for row in expected)
    assert found.refused == {"en": 5}


def test_blocks_of_any_size_find_the_same() -> None:
    rng = np.random.default_rng(3)
    passages = [(f"p{n}", None, LANGUAGES[n % 3], f"text {n}") for n in range(120)]
    collection = toy(passages, ("en", "de", "th"))
    vectors = rng.normal(size=(123, 16))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    encoded = EncodedCollection(vectors[:3], vectors[3:], None, {}, {})
    found = [mine(collection, encoded, MiningRequest(4, 2, 0.05), memory=size) for size in (2**29, 4096, 1)]
    assert len({each.collection.content_hash for each in found}) == 1
    assert len({tuple(each.refused.values()) for each in found}) == 1


def test_the_plan_draws_what_was_mined() -> None:
    both = [(n, c) for n in range(6) for c in LANGUAGES]
    queries = [{"query_id": f"q{n}{c}", "topic_id": f"t{n}", "language": c, "text": f"{n}{c}?"} for n, c in both]
    passages = [{"passage_id": f"p{n}{c}", "parallel_id": f"g{n}", "language": c, "text": f"{n}{c}."} for n, c in both]
    qrels = [{"topic_id": f"t{n}", "passage_id": f"p{n}{c}"} for n, c in both]
    collection = Collection.from_rows("parallel", queries=queries, passages=passages, qrels=qrels)
    vectors = np.random.default_rng(0).normal(size=(36, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    vectors[:18] = vectors[18:]  # every query is its passage
    mined = mine(collection, EncodedCollection(vectors[:18], vectors[18:], None, {}, {}), MiningRequest(2, 0, 0.05))
    plan = Plan([mined.collection], strategy_named("hybrid"), batch_size=4, seed=0, negatives=2)
    plan.check(10)
    batches = [plan.batch(step) for step in range(10)]
    assert all((batch.negatives >= 0).all() for batch in batches)


@pytest.mark.parametrize(
    ("changes", "about", "said"),
    [
        ({}, {"evaluation_only": True}, "for evaluation only"),
        ({"own": 0, "foreign": 0}, {}, "leaves nothing to mine"),
        ({"own": -1}, {}, "leaves nothing to mine"),
        ({"margin": 1.0}, {}, "margin is 1.0"),
        ({"margin": float("nan")}, {}, "margin is nan"),
        ({"languages": ["sw"]}, {}, "no passage language 'sw'"),
    ],
)
def test_a_wrong_request_is_one_sentence(changes: dict, about: dict, said: str) -> None:
    collection = toy([("gold", None, "en", "gold"), ("other", None, "en", "other")], **about)
    with pytest.raises(RequestError, match=said):
        mined_ids(collection, with_scores(0.9, 0.5), **changes)


def test_nothing_below_the_margin_is_a_failure() -> None:
    collection = toy([("gold", None, "en", "gold"), ("other", None, "en", "other")])
    with pytest.raises(IsoglotError, match=r"margin of 0\.05; lower --margin"):
        mined_ids(collection, with_scores(0.9, 0.95))
