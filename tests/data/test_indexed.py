"""The integer view says what the tables say."""

import pytest

from isoglot.data import Collection
from isoglot.data.indexed import index


def test_rows_codes_and_groups_by_hand(tiny: Collection) -> None:
    view = index(tiny)
    assert view.languages == ["de", "en", "es"]
    assert view.topic_count == 2
    assert view.query_topic.tolist() == [0, 0, 1]
    assert view.query_language.tolist() == [1, 0, 1]
    assert view.passage_language.tolist() == [1, 2, 0, 0]
    first, second, third, fourth = view.passage_group.tolist()
    assert first == second
    assert len({first, third, fourth}) == 3


def test_judgments_of_one_topic_are_consecutive_and_keep_their_rows(tiny: Collection) -> None:
    view = index(tiny)
    assert view.judgment_topic.tolist() == [0, 0, 0, 1]
    assert view.judgment_passage.tolist() == [0, 1, 3, 2]
    assert view.judgment_relevance.tolist() == [1, 1, 0, 2]


def test_exclusions_are_ordered_by_topic(tiny: Collection, rows: dict) -> None:
    pairs = [("t2", "p1en"), ("t1", "p3de"), ("t2", "p1es"), ("t1", "p2de")]
    excluded = [{"topic_id": topic, "passage_id": passage} for topic, passage in pairs]
    view = index(Collection.from_rows("tiny", **rows, exclusions=excluded))
    assert view.exclusion_topic.tolist() == [0, 0, 1, 1]
    assert view.exclusion_passage.tolist() == [3, 2, 0, 1]
    assert index(tiny).exclusion_topic.tolist() == index(tiny).exclusion_passage.tolist() == []
    assert index(tiny).exclusion_topic.dtype == view.exclusion_topic.dtype == "int64"


def test_languages_may_be_given(tiny: Collection) -> None:
    view = index(tiny, ["th", "es", "en", "de"])
    assert view.query_language.tolist() == [2, 3, 2]
    assert view.passage_language.tolist() == [2, 1, 3, 3]


@pytest.mark.parametrize("parallel_id", ["p2de", "p3de"])
def test_a_parallel_id_that_reads_like_a_passage_id_joins_nothing(rows: dict, parallel_id: str) -> None:
    rows["passages"][0]["parallel_id"] = parallel_id
    groups = index(Collection.from_rows("tiny", **rows)).passage_group.tolist()
    assert len(set(groups)) == 4
