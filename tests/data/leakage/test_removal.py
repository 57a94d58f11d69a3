"""What is left after removal is a collection in which nothing leaks, and nothing went that need not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.data import Collection
from isoglot.data.leakage import find_leaks, without_leaks
from isoglot.data.leakage.write import remove_leaks
from isoglot.errors import IsoglotError, RequestError

LANGUAGES = ("en", "de")
WORDS = ("river", "mountain", "lake", "desert", "island", "forest", "harbour", "valley")


def text(topic: int, language: str) -> str:
    return f"{language} {WORDS[topic]} stands in this sentence about the {WORDS[topic]} of {topic} {language}"


def build(topics: list[int], judged: dict[int, list[int]], grouped: bool = True, name: str = "train") -> Collection:
    """Topics in two languages; topic t judges the English passages of the groups `judged[t]`."""
    groups = sorted({group for each in judged.values() for group in each})
    return Collection.from_rows(
        name,
        queries=[
            {"query_id": f"q{t}{c}", "topic_id": f"t{t}", "language": c, "text": "query " + text(t, c)}
            for t in topics
            for c in LANGUAGES
        ],
        passages=[
            {"passage_id": f"p{g}{c}", "parallel_id": f"g{g}" if grouped else None, "language": c, "text": text(g, c)}
            for g in groups
            for c in LANGUAGES
        ],
        qrels=[{"topic_id": f"t{t}", "passage_id": f"p{g}en", "relevance": 1} for t in topics for g in judged[t]],
    )


def held_out(*texts: str) -> Collection:
    """A collection that holds these texts as passages."""
    return Collection.from_rows(
        "test",
        queries=[{"query_id": "q", "topic_id": "t", "language": "fr", "text": "une question tout autre que les leurs"}],
        passages=[{"passage_id": str(p), "language": "fr", "text": text} for p, text in enumerate(texts)],
        qrels=[{"topic_id": "t", "passage_id": "0"}],
    )


judgments = st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=2, unique=True), min_size=3, max_size=8)


@settings(max_examples=60, deadline=None)
@given(judgments, st.integers(0, 7), st.sampled_from(LANGUAGES), st.booleans(), st.sampled_from(["", "query "]))
def test_nothing_leaks_afterwards_and_only_related_topics_go(
    judged: list[list[int]], leaked: int, language: str, grouped: bool, prefix: str
) -> None:
    train = build(list(range(len(judged))), dict(enumerate(judged)), grouped)
    evaluation = held_out(prefix + text(leaked, language), "rien de tout cela")
    report = find_leaks([train], evaluation, threshold=1)
    gone = {f"t{t}" for t, groups in enumerate(judged) if leaked in groups and (grouped or language == "en")}
    gone |= {f"t{leaked}"} & set(train.topics)  # its query holds the passage, or is the text that leaked
    if gone == set(train.topics):
        with pytest.raises(IsoglotError, match=r"every topic of train leaks"):
            without_leaks(train, report)
        return
    cleaned = without_leaks(train, report)
    assert set(cleaned.topics) == set(train.topics) - gone
    assert find_leaks([cleaned], evaluation, threshold=1).clean
    if grouped and prefix == "":
        assert f"g{leaked}" not in cleaned.passages["parallel_id"].to_pylist()


def test_a_clean_collection_stays_as_it_is() -> None:
    train = build([0, 1], {0: [0], 1: [1]})
    assert without_leaks(train, find_leaks([train], held_out("rien de tout cela"))) is train


def test_a_leaking_passage_that_no_topic_judges_goes_alone() -> None:
    train = build([0, 1], {0: [0], 1: [1]}, grouped=False)
    cleaned = without_leaks(train, find_leaks([train], held_out(text(0, "de")), threshold=1))
    assert cleaned.topics == ["t1"]  # its query holds the passage
    train = build([1, 2], {1: [0], 2: [2]}, grouped=False)
    cleaned = without_leaks(train, find_leaks([train], held_out(text(0, "de")), threshold=1))
    assert cleaned.topics == ["t1", "t2"]
    assert "p0de" not in cleaned.passages["passage_id"].to_pylist()


def test_topics_that_both_sides_have_go_although_their_texts_differ() -> None:
    train = build([0, 1, 2], {0: [0], 1: [1], 2: [2]})
    english = train.select_languages(["en"])
    german = build([0], {0: [0]}).select_languages(["de", "en"])
    evaluation = Collection.from_rows(
        "train",
        queries=[{"query_id": "x", "topic_id": "t0", "language": "fr", "text": "une question"}],
        passages=[{"passage_id": "y", "parallel_id": "g2", "language": "fr", "text": "un passage"}],
        qrels=[{"topic_id": "t0", "passage_id": "y"}],
    )
    assert german.topics == ["t0"]
    report = find_leaks([english], evaluation)
    assert report.by_kind() == {"same topic": 2}
    assert without_leaks(english, report).topics == ["t1"]


def test_several_reports_are_removed_together() -> None:
    train = build([0, 1, 2], {0: [0], 1: [1], 2: [2]})
    evaluations = [held_out(text(0, "en")), held_out(text(2, "de"))]
    reports = [find_leaks([train], each) for each in evaluations]
    (cleaned,), again = remove_leaks([train], evaluations, reports)
    assert cleaned.topics == ["t1"]
    assert [report.clean for report in again] == [True, True]


def test_the_evaluation_side_can_be_cleaned_as_well() -> None:
    train, other = build([0, 1], {0: [0], 1: [1]}), build([1, 2], {1: [1], 2: [2]}, name="test")
    report = find_leaks([train], other)
    assert without_leaks(other, report).topics == ["t2"]


def test_a_report_on_another_collection_is_an_error() -> None:
    train, other = build([0, 1], {0: [0], 1: [1]}), build([0], {0: [0]})
    report = find_leaks([train], held_out(text(0, "en")))
    with pytest.raises(RequestError, match="the report is not about train as it is now"):
        without_leaks(other, report)
