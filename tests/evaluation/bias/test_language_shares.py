"""Shares of languages, language preference and the matrix of gold ranks, against plain Python."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import LANGUAGES, World, indexed_of, random_world

from isoglot.evaluation.bias.columns import bias_columns
from isoglot.evaluation.bias.preference import language_preference
from isoglot.evaluation.bias.summary import matrices
from isoglot.evaluation.settings import GoldRanks

Rows = dict[str, list[float]]


def by_query(world: World) -> Rows:
    """Own-language share, pool share and preference of each query with a gold, counted one by one."""
    pool = Counter(world.indexed.passage_language.tolist())
    rows: Rows = {"share": [], "pool": [], "preference": [], "chance": []}
    for query in sorted(set(world.golds.query.tolist())):
        asked = int(world.indexed.query_language[query])
        first = [int(world.indexed.passage_language[p]) for p in world.rankings[query][: world.k]]
        known = pool[asked] > 0
        rows["share"].append(first.count(asked) / len(first) if known else np.nan)
        rows["pool"].append(pool[asked] / pool.total() if known else np.nan)
        golds = sorted(world.relevance(query), key=lambda passage: world.rank(query, passage))
        own = [world.indexed.passage_language[p] == asked for p in golds]
        rows["preference"].append(float(own[0]) if any(own) and not all(own) else np.nan)
        rows["chance"].append(np.mean(own) if any(own) and not all(own) else np.nan)
    return rows


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_shares_and_preference_are_what_counting_gives(seed: int) -> None:
    world = random_world(seed)
    columns, expected = bias_columns(*world.arguments), by_query(world)
    share, pool = np.array(expected["share"]), np.array(expected["pool"])
    for name, values in {
        f"own-language share@{world.k}": share,
        "own-language pool share": pool,
        f"own-language share@{world.k} / pool": share / pool,
        f"own-language share@{world.k} - pool": share - pool,
        "LPR": expected["preference"],
        "LPR by chance": expected["chance"],
    }.items():
        assert columns[name].tolist() == pytest.approx(list(values), nan_ok=True), name


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_matrices_are_what_counting_gives(seed: int) -> None:
    world = random_world(seed)
    ranks: dict[str, dict[str, list[int]]] = {}
    shares: dict[str, list[list[float]]] = {}
    for query in set(world.golds.query.tolist()):
        asked = LANGUAGES[world.indexed.query_language[query]]
        for passage in world.relevance(query):
            ranks.setdefault(asked, {}).setdefault(world.language_of(passage), []).append(world.rank(query, passage))
        first = [world.language_of(p) for p in world.rankings[query][: world.k]]
        shares.setdefault(asked, []).append([first.count(language) / len(first) for language in LANGUAGES])
    found = matrices(*world.arguments)
    assert found["mean gold rank"] == {
        asked: pytest.approx({answered: np.mean(each) for answered, each in row.items()})
        for asked, row in ranks.items()
    }
    assert found[f"make-up@{world.k}"] == {
        asked: pytest.approx(dict(zip(LANGUAGES, np.mean(rows, axis=0), strict=True))) for asked, rows in shares.items()
    }


def test_the_make_up_of_the_pool_is_that_of_its_passages() -> None:
    world = World(indexed_of([(0, 0)], [0, 2, 2, 2], [(0, 1, 1)]), [np.array([3, 1, 0, 2])], k=2)
    found = matrices(*world.arguments)
    assert found["make-up of the pool"] == {"ar": 0.25, "de": 0.0, "en": 0.75, "th": 0.0}
    assert found["make-up@2"] == {"ar": {"ar": 0.0, "de": 0.0, "en": 1.0, "th": 0.0}}
    assert found["mean gold rank"] == {"ar": {"en": 2.0}}


def test_preference_asks_for_the_best_rank_among_all_copies() -> None:
    ranks = GoldRanks(np.array([0, 0, 0, 1, 1, 2, 2]), np.array([1, 2, 3, 4, 9, 1, 2]), np.ones(7, int))
    own = np.array([False, True, False, True, False, True, True])
    assert language_preference(ranks, own).tolist() == pytest.approx([0, 1, np.nan], nan_ok=True)
