"""PEER against its published implementation and against scipy's Kruskal-Wallis test."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, kruskal
from worlds import LANGUAGES, World, parallel_world, random_world

from isoglot.errors import RequestError
from isoglot.evaluation.bias.columns import judged_ranks
from isoglot.evaluation.bias.peer import JudgedRanks, is_informative, peer

RELEVANT = {1: 1.0}
WEIGHTS = [{0: 1.0}, {1: 1.0}, {0: 0.4, 1: 0.3, 2: 0.2, 3: 0.1}, {0: 0.5, 2: 0.5}]


def judged_of(world: World) -> JudgedRanks:
    return judged_ranks(world.indexed, world.golds, world.counts.sum(axis=1) + 1, world.top)


def judged(languages: list[int], ranks: list[int], level: int = 0) -> JudgedRanks:
    """Passages of one query and one relevance."""
    count = len(languages)
    return JudgedRanks(
        np.zeros(count, int), np.array(languages, int), np.full(count, level), np.array(ranks, int), 1, 11
    )


def published(world: World, weights: dict[int, float]) -> dict[int, float]:
    """What peer_measure says; a query needs a judged non-relevant passage there, and gets one nobody retrieves.

    Its evaluator is called directly: its entry point does not know today's ir_measures.
    """
    module = pytest.importorskip("peer_measure")
    mapping = {str(p): world.language_of(p) for p in range(len(world.indexed.passage_language))}
    mapping["none"] = LANGUAGES[0]
    queries = set(world.golds.query.tolist())
    qrels = {str(q): {str(p): r for p, r in world.relevance(q).items()} | {"none": 0} for q in queries}
    run = {str(q): {str(p): -float(n) for n, p in enumerate(world.rankings[q])} for q in queries}
    measure = module.PEER(weights=weights, lang_mapping=mapping) @ world.k
    evaluator = module.PEEREvaluator([measure], qrels, {0: [(world.k, measure)]}, {0: mapping})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {int(each.query_id): each.value for each in evaluator.iter_calc(run)}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(WEIGHTS))
def test_peer_is_what_the_published_implementation_says(seed: int, weights: dict[int, float]) -> None:
    world = random_world(seed)
    # A level of equal ranks is NaN there, even one of weight 0.
    expected = {query: value for query, value in published(world, weights).items() if not np.isnan(value)}
    found = peer(judged_of(world), world.k, weights)
    assert [found[query] for query in expected] == pytest.approx(list(expected.values()), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=30).filter(lambda codes: len(set(codes)) > 1))
def test_a_list_without_relevant_passages_gives_scipys_kruskal_wallis_test(codes: list[int]) -> None:
    ranks = np.arange(1, len(codes) + 1)
    groups = [ranks[np.array(codes) == code] for code in set(codes)]
    assert peer(judged(codes, ranks.tolist()), len(codes))[0] == pytest.approx(kruskal(*groups).pvalue, abs=1e-9)


def test_a_hand_worked_example() -> None:
    # Mean ranks 1.5 and 3.5 about 2.5: between languages 2 + 2, in all 5; H = 3 * 4 / 5.
    assert peer(judged([0, 0, 1, 1], [1, 2, 3, 4]), 4)[0] == pytest.approx(chi2.sf(2.4, 1))


def test_languages_that_take_turns_are_fairer_than_languages_in_blocks() -> None:
    ranks = list(range(1, 13))
    turns, blocks = (peer(judged(codes, ranks), 12)[0] for codes in ([0, 1, 1, 0] * 3, [0] * 6 + [1] * 6))
    assert turns > 0.99
    assert blocks < 0.01


@pytest.mark.parametrize("seed", range(3))
def test_one_gold_per_language_gives_the_same_figure_for_any_ranking(seed: int) -> None:
    ranks = np.random.default_rng(seed).permutation(100)[:11] + 1
    one_each = judged(list(range(11)), ranks.tolist(), level=1)
    assert peer(one_each, 100, RELEVANT)[0] == pytest.approx(0.4405, abs=5e-5)
    assert not is_informative(one_each, 1, 100)[0]


@pytest.mark.parametrize(
    ("languages", "ranks", "informative"),
    [
        ([0, 0, 1], [1, 2, 3], True),
        ([0, 0, 1], [9, 8, 5], True),
        ([0, 0, 1], [6, 7, 8], False),
        ([0, 0, 0], [1, 2, 3], False),
        ([0, 1, 2], [1, 2, 3], False),
        ([], [], False),
    ],
)
def test_peer_informs_where_golds_repeat_one_of_several_languages(
    languages: list[int], ranks: list[int], informative: bool
) -> None:
    golds = judged(languages, ranks, level=1)
    assert is_informative(golds, 1, cutoff=5).tolist() == [informative]
    assert is_informative(golds, 0, cutoff=5).tolist() == [False]


def test_relevant_passages_behind_the_cutoff_share_a_rank() -> None:
    # Two of three are behind: they get 3 + (2 + 1) / 2 = 4.5.
    behind = judged([0, 0, 1], [1, 50, 90], level=1)
    same = judged([0, 0, 1], [2, 9, 9], level=1)
    assert peer(behind, 5, RELEVANT) == pytest.approx(peer(same, 9, RELEVANT), nan_ok=True)


def test_levels_that_cannot_be_tested() -> None:
    assert peer(judged([2, 2], [1, 2]), 2).tolist() == [1.0]
    assert peer(judged([], []), 2).tolist() == [1.0]
    assert peer(judged([], []), 2, RELEVANT).tolist() == [0.0]
    assert peer(judged([0, 1, 1], [7, 8, 9], level=1), 5, RELEVANT).tolist() == [1.0]


def test_equal_ranks_cannot_be_tested() -> None:
    # The second of two is behind the cut-off: it gets 2 + (1 + 1) / 2 = 3, the rank of the first.
    assert np.isnan(peer(judged([0, 1], [3, 50], level=1), 5, RELEVANT)).all()
    assert not np.isnan(peer(judged([0, 1], [3, 50], level=1), 5)).any()


def test_no_queries_have_no_peer() -> None:
    none = np.zeros(0, int)
    assert peer(JudgedRanks(none, none, none, none, 0, 3), 10).tolist() == []


def test_weights_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(RequestError, match=r"add up to 1\.5"):
        peer(judged([0, 1], [1, 2]), 2, {0: 1.0, 1: 0.5})


def test_relevant_passages_are_no_part_of_the_non_relevant_level() -> None:
    world = parallel_world()
    found = judged_of(world)
    for query in range(len(world.rankings)):
        mine = found.query == query
        first = set(world.rankings[query][: world.k].tolist()) - set(world.relevance(query))
        assert sorted(found.rank[mine & (found.relevance == 0)]) == sorted(world.rank(query, p) for p in first)
        assert sorted(found.rank[mine & (found.relevance == 1)]) == sorted(
            world.rank(query, p) for p in world.relevance(query)
        )
