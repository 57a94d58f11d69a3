"""A split shares no topic and no passage between its sides, loses nothing, and repeats itself exactly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.data import Collection
from isoglot.data.split import split_topics
from isoglot.errors import RequestError

LANGUAGES = ["de", "en", "th"]


def build(topic_groups: list[list[int]], grouped: bool = True) -> Collection:
    """Topic t is asked in all languages and judges the passages of its groups, which exist in all languages."""
    groups = sorted({group for groups in topic_groups for group in groups})
    return Collection.from_rows(
        "set",
        queries=[
            {"query_id": f"{t}{c}", "topic_id": f"t{t}", "language": c, "text": f"{t}?"}
            for t in range(len(topic_groups))
            for c in LANGUAGES
        ],
        passages=[
            {"passage_id": f"{g}{c}", "parallel_id": f"g{g}" if grouped else None, "language": c, "text": f"{g}."}
            for g in groups
            for c in LANGUAGES
        ],
        qrels=[  # each topic judges its group in one language only, so that only the parallel id joins them
            {"topic_id": f"t{t}", "passage_id": f"{g}{LANGUAGES[t % 3]}", "relevance": t % 2}
            for t, groups in enumerate(topic_groups)
            for g in groups
        ],
    )


def sides(collection: Collection, column: str) -> set[str]:
    table = collection.queries if column == "topic_id" else collection.passages
    return set(table[column].to_pylist())


topics_with_groups = st.lists(
    st.lists(st.integers(0, 25), min_size=1, max_size=2, unique=True), min_size=2, max_size=20
)


@settings(max_examples=80, deadline=None)
@given(topics_with_groups, st.integers(1, 12), st.integers(0, 5))
def test_no_topic_and_no_parallel_group_on_both_sides(groups: list[list[int]], topics: int, seed: int) -> None:
    collection = build(groups)
    try:
        rest, cut = split_topics(collection, topics, seed)
    except RequestError as problem:
        assert "leaves none" in str(problem) or "share passages" in str(problem)  # noqa: PT017
        return
    assert not sides(rest, "topic_id") & sides(cut, "topic_id")
    assert sides(rest, "topic_id") | sides(cut, "topic_id") == set(collection.topics)
    assert not sides(rest, "parallel_id") & sides(cut, "parallel_id")
    assert len(cut.topics) <= topics
    for side in (rest, cut):
        assert side.queries.num_rows == 3 * len(side.topics)
    assert rest.qrels.num_rows + cut.qrels.num_rows == collection.qrels.num_rows
    again = split_topics(collection, topics, seed)
    assert [side.content_hash for side in again] == [rest.content_hash, cut.content_hash]


def test_unshared_topics_are_cut_to_the_number() -> None:
    collection = build([[g] for g in range(30)])
    for topics in (1, 7, 29):
        rest, cut = split_topics(collection, topics)
        assert (len(rest.topics), len(cut.topics)) == (30 - topics, topics)
        assert rest.queries["language"].unique().to_pylist() == LANGUAGES


def test_a_chain_of_shared_groups_stays_together() -> None:
    chain = [[0, 1], [1, 2], [2, 3], [3, 4]]
    for seed in range(8):
        rest, cut = split_topics(build([*chain, [9], [10], [11]]), 1, seed)
        together = {"t0", "t1", "t2", "t3"}
        assert together <= set(rest.topics) or together == set(cut.topics)


def test_passages_without_a_parallel_id_join_only_by_themselves() -> None:
    rest, cut = split_topics(build([[0], [0], [0], [0], [1]], grouped=False), 1)  # t0 and t3 judge the same passage
    assert not sides(rest, "passage_id") & sides(cut, "passage_id")


def test_the_seed_decides() -> None:
    collection = build([[g] for g in range(30)])
    assert len({frozenset(split_topics(collection, 5, seed)[1].topics) for seed in range(10)}) > 5


@pytest.mark.parametrize("topics", [3, 4, 1000])
def test_leaving_nothing_is_an_error(topics: int) -> None:
    with pytest.raises(RequestError, match=rf"set has 3 topics; holding {topics} back leaves none"):
        split_topics(build([[0], [1], [2]]), topics)


@pytest.mark.parametrize("topics", [0, -1])
def test_cutting_nothing_off_is_an_error(topics: int) -> None:
    with pytest.raises(RequestError, match=f"{topics}"):
        split_topics(build([[0], [1], [2]]), topics)


def test_mined_negatives_bind_no_topics_and_stand_on_one_side() -> None:
    """Every topic judges its own passage as relevant and that of the next topic, as mining does, as a negative."""
    count = 12
    collection = Collection.from_rows(
        "mined",
        queries=[{"query_id": f"q{t}", "topic_id": f"t{t}", "language": "en", "text": f"{t}?"} for t in range(count)],
        passages=[
            {"passage_id": f"p{t}", "parallel_id": f"g{t}", "language": "en", "text": f"{t}."} for t in range(count)
        ],
        qrels=[
            {"topic_id": f"t{t}", "passage_id": f"p{other % count}", "relevance": int(other == t)}
            for t in range(count)
            for other in (t, t + 1)
        ],
    )
    rest, cut = split_topics(collection, 5, 0)
    assert (len(rest.topics), len(cut.topics)) == (7, 5)
    assert not sides(rest, "parallel_id") & sides(cut, "parallel_id")
    for side in (rest, cut):
        own = {f"p{topic[1:]}" for topic in sides(side, "topic_id")}
        judged = set(side.qrels["passage_id"].to_pylist())
        assert judged == own
