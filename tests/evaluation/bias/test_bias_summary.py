"""What the pieces add up to: columns of queries, means over languages, JSON and the table."""

import json
from dataclasses import replace
from io import StringIO
from statistics import mean, median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from worlds import LANGUAGES, World, indexed_of, parallel_world, random_world

from isoglot.errors import IsoglotError
from isoglot.evaluation import settings as pools
from isoglot.evaluation.bias import bias_columns, bias_scores
from isoglot.evaluation.bias.tables import MEANINGS, bias_table
from isoglot.evaluation.measures import macro_mean


def scores_of(world: World) -> dict:
    return bias_scores(*world.arguments, bias_columns(*world.arguments))


def mirror_world() -> World:
    """Two topics in two languages, six passages: own copies first for Arabic, others first for German."""
    indexed = indexed_of(
        [(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 0, 1, 0, 1], [(0, 0, 1), (0, 1, 1), (1, 2, 1), (1, 3, 1)]
    )
    rankings = [[0, 4, 1, 2, 3, 5], [0, 4, 2, 1, 3, 5], [2, 3, 0, 1, 4, 5], [2, 0, 4, 5, 1, 3]]
    return World(indexed, [np.array(ranking) for ranking in rankings], k=2)


def test_every_figure_of_a_hand_worked_collection() -> None:
    scores = scores_of(mirror_world())
    # Ranks of the golds: 1 3, 1 4, 1 2, 1 6; distances 2 and 1 in Arabic, 3 and 5 in German.
    expected = {
        "RD": (1.5 + 4) / 2,
        "RD median": (1.5 + 4) / 2,
        "RD / pool": (1.5 + 4) / 2 / 6,
        "worst rank": (2.5 + 5) / 2,
        "worst rank median": (2.5 + 5) / 2,
        "worst rank / pool": (2.5 + 5) / 2 / 6,
        "LPR": 0.5,
        "LPR by chance": 0.5,
        # Arabic: the copy left stands at 2 and 1 without the own one, at 1 without the other; German the reverse.
        "AP without own-language gold": ((1 / 2 + 1) / 2 + 1) / 2,
        "AP without another gold": (1 + (1 / 3 + 1 / 5) / 2) / 2,
        # The first lists are the same; in the second pair two passages change places 2 and 3: 1 - 6 * 2 / 24.
        "MRC@2": (1 + 0.5) / 2,
        "own-language share@2": ((1 + 1 / 2) / 2 + 0) / 2,
        "own-language pool share": 0.5,
        "own-language share@2 / pool": 0.75,
        "own-language share@2 - pool": -0.125,
    }
    assert {name: scores[name] for name in expected} == pytest.approx(expected)
    assert scores["languages"]["de"]["RD"] == pytest.approx(4)
    assert scores["languages"]["ar"]["AP drop, own-language gold"] == pytest.approx(
        ((1 + 2 / 3) / 2 - 1 / 2 + 1 - 1) / 2
    )
    assert scores["matrices"]["mean gold rank"] == {"ar": {"ar": 1.0, "de": 2.5}, "de": {"ar": 1.0, "de": 5.0}}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_columns_stand_in_the_rows_of_the_multilingual_setting(seed: int) -> None:
    world = random_world(seed)
    ranks = pools.multilingual(world.indexed, world.golds, world.counts)
    columns = bias_columns(*world.arguments)
    assert {len(values) for values in columns.values()} == {len(ranks.queries)}
    worst = [max(world.rank(query, p) for p in world.relevance(query)) for query in ranks.queries.tolist()]
    assert columns["worst rank"].tolist() == worst


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_means_weigh_languages_alike_and_survive_json(seed: int) -> None:
    world = random_world(seed)
    columns, scores = bias_columns(*world.arguments), scores_of(world)
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores
    language = world.indexed.query_language[np.unique(world.golds.query)]
    for name, values in columns.items():
        known = ~np.isnan(values)
        assert (name in scores) == known.any()
        if known.any():
            assert scores[name] == pytest.approx(macro_mean(values[known], language[known]), abs=1e-9)


def test_medians_are_over_the_queries_of_a_language_then_means_over_languages() -> None:
    world = parallel_world(topics=5)
    worst: dict[int, list[int]] = {}
    for query, language in enumerate(world.indexed.query_language.tolist()):
        worst.setdefault(language, []).append(max(world.rank(query, p) for p in world.relevance(query)))
    scores = scores_of(world)
    assert scores["worst rank median"] == pytest.approx(mean(median(each) for each in worst.values()))
    assert scores["languages"]["th"]["worst rank median"] == median(worst[LANGUAGES.index("th")])


def test_a_parallel_collection_has_no_peer_of_relevant_passages() -> None:
    scores = scores_of(parallel_world())
    assert "PEER of relevant@4" not in scores
    assert 0 <= scores["PEER@4"] <= 1


def test_several_golds_of_a_language_have_a_peer_of_relevant_passages() -> None:
    indexed = indexed_of([(0, 0), (1, 0)], [0, 0, 1, 1, 0, 1], [(0, 0, 1), (0, 1, 3), (0, 2, 2), (0, 3, 1), (1, 4, 1)])
    world = World(indexed, [np.arange(6), np.arange(6)], k=6)
    # Grades do not matter: ranks 1 2 against 3 4, H = 2.4 and its p-value .1213; the other query has a single gold.
    assert bias_columns(*world.arguments)["PEER of relevant@6"].tolist() == pytest.approx(
        [0.12133525, np.nan], nan_ok=True
    )


def test_lists_of_another_ranking_are_refused() -> None:
    world = parallel_world()
    other = replace(world, rankings=[ranking[::-1] for ranking in world.rankings])
    with pytest.raises(IsoglotError, match="one ranking"):
        bias_columns(world.indexed, world.golds, world.counts, other.top)


def test_a_collection_without_golds_has_no_bias() -> None:
    world = World(indexed_of([(0, 0)], [0, 1], [(0, 1, 0)]), [np.array([0, 1])], k=2)
    scores = scores_of(world)
    assert set(scores) == {"queries", "languages", "matrices"}
    assert scores["languages"] == {}
    assert set(scores["queries"].values()) == {0}


def test_the_table_has_a_row_for_every_figure_and_fits_a_terminal() -> None:
    scores = scores_of(random_world(0, passages=30))
    figures = {name: value for name, value in scores.items() if isinstance(value, float)}
    assert len(figures) == len(MEANINGS)
    console = Console(file=StringIO(), width=80)
    console.print(bias_table(scores))
    text = console.file.getvalue()
    for name, value in figures.items():
        row = next(line for line in text.splitlines() if f" {name} " in line)
        assert f" {value:,.1f} " in row or f" {value:.3f} " in row


def test_the_table_leaves_out_what_is_absent_and_tells_what_comes_from_a_part_of_the_queries() -> None:
    console = Console(file=StringIO(), width=120)
    queries = {"worst rank": 4000, "RD": 4000, "PEER@10": 1300, "MRC@10": 0}
    console.print(bias_table({"RD": 1234.5, "PEER@10": 0.25, "queries": queries, "languages": {}, "matrices": {}}))
    distance, peer = console.file.getvalue().splitlines()[2:]
    assert "1,234.5" in distance
    assert "queries" not in distance
    assert "0.250" in peer
    assert peer.rstrip().endswith(", 1,300 queries")


def test_lists_in_one_language_have_no_peer_and_do_not_count() -> None:
    indexed = indexed_of([(0, 0), (1, 0)], [0, 0, 0, 0, 1, 1], [(0, 4, 1), (1, 5, 1)])
    world = World(indexed, [np.array([0, 1, 2, 3, 4, 5]), np.array([0, 1, 4, 2, 3, 5])], k=3)
    # The second list is in two languages: mean ranks 1.5 and 3 about 2, H = 2 * 1.5 / 2 and its p-value .2207.
    assert bias_columns(*world.arguments)["PEER@3"].tolist() == pytest.approx([np.nan, 0.22067136], nan_ok=True)
    assert scores_of(world)["queries"]["PEER@3"] == 1
    assert scores_of(world)["queries"]["worst rank"] == 2
