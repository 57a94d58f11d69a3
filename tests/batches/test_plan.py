"""What a plan draws over many steps: rounds, shares of kinds, languages and collections, and its refusals."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from random_collections import LANGUAGES, assemble, parallel

from isoglot.batches import Plan, strategy_named
from isoglot.batches.inventory import take_inventory
from isoglot.batches.languages import language_probabilities
from isoglot.batches.strategies import one_pair
from isoglot.batches.streams import DRAW
from isoglot.data import Collection


def plan(*collections: Collection, strategy: str = "hybrid", size: int = 4, seed: int = 0, **options: object) -> Plan:
    schedule = {name: options.pop(name) for name in ("alpha", "alpha_end", "steps") if name in options}
    named = strategy_named(strategy, **schedule)  # type: ignore[arg-type]
    return Plan(collections, named, batch_size=size, seed=seed, **options)  # type: ignore[arg-type]


def query_languages(collection: Collection, planned: Plan, step: int) -> list[str]:
    return [collection.queries["language"][row].as_py() for row in planned.batch(step).queries.tolist()]


def passage_languages(collection: Collection, planned: Plan, step: int) -> list[str]:
    return [collection.passages["language"][row].as_py() for row in planned.batch(step).passages.tolist()]


def within(count: float, trials: int, share: float) -> bool:
    """Whether a binomial count lies within 4.5 standard deviations (missed once in 150,000)."""
    return abs(count - trials * share) <= 4.5 * np.sqrt(trials * share * (1 - share))


def uneven(common: int, rare: int, each: dict[str, int] | None = None) -> Collection:
    """Topics with a query and a passage in one language: `common` in English, `rare` in German."""
    sizes = each or {"en": common, "de": rare}
    rows = [(f"{language}{number}", language) for language, size in sizes.items() for number in range(size)]
    return assemble("uneven", rows, [(f"p{t}", None, c) for t, c in rows], [(t, f"p{t}", 1) for t, _ in rows])


@pytest.mark.parametrize(("strategy", "share"), [("one-pair", 0.0), ("hybrid-one-pair", 0.3)])
def test_a_pair_that_no_collection_has_is_drawn_again(strategy: str, share: float) -> None:
    apart = parallel("one", 9, ["ar", "de"]), parallel("other", 9, ["en", "zh-Hant"], first=9)
    planned, steps = plan(*apart, strategy=strategy, alpha=0.3), 1200
    planned.check(steps)
    drawn = Counter()
    for step in range(steps):
        collection = apart[planned.batch(step).collection]
        asked, given = (set(read(collection, planned, step)) for read in (query_languages, passage_languages))
        drawn[*asked, *given] += 1  # one language on each side, or the pair would be longer
    mono = sum(count for (asked, given), count in drawn.items() if asked == given)
    assert within(mono, steps, share) if share else mono == 0
    for pair in (("ar", "de"), ("de", "ar"), ("en", "zh-Hant"), ("zh-Hant", "en")):
        assert within(drawn[pair], steps, (1 - share) / 4)


def test_a_pair_that_a_collection_has_is_not_drawn_again() -> None:
    languages, seed = sorted({"ar", "de", "en"}), 5
    planned = plan(parallel("c", 6), parallel("pairs", 6, languages, first=6), strategy="one-pair", seed=seed)
    for step in range(30):
        expected = one_pair(np.ones(4) / 4, np.random.default_rng([seed, DRAW, step]))
        batch = planned.batch(step)
        collection = [parallel("c", 6), parallel("pairs", 6, languages, first=6)][batch.collection]
        asked, given = (set(read(collection, planned, step)) for read in (query_languages, passage_languages))
        assert expected[LANGUAGES.index(*asked), LANGUAGES.index(*given)] == 1.0


@pytest.mark.parametrize("size", [1, 3, 5, 10])
@pytest.mark.parametrize("strategy", ["mixed", "monolingual", "cross-lingual", "one-pair", "within-batch"])
def test_every_topic_of_a_pattern_is_drawn_before_any_again(strategy: str, size: int) -> None:
    collection, counts = parallel("c", 10), defaultdict(Counter)
    planned = plan(collection, strategy=strategy, size=size)
    for step in range(60):
        asked, given = (read(collection, planned, step)[0] for read in (query_languages, passage_languages))
        key = asked + given if strategy in ("monolingual", "one-pair") else "any"
        counts[key].update(planned.batch(step).topics.tolist())
        times = [counts[key][topic] for topic in range(10)]
        assert max(times) - min(times) <= 1


def test_languages_of_equal_size_draw_topics_in_different_orders() -> None:
    collection = parallel("c", 50)
    planned = plan(collection, strategy="monolingual", size=10)
    orders: dict[str, list[int]] = {language: [] for language in LANGUAGES}
    for step in range(80):
        orders[query_languages(collection, planned, step)[0]] += planned.batch(step).topics.tolist()
    firsts = [tuple(order[:50]) for order in orders.values()]
    assert all(sorted(order) == list(range(50)) for order in firsts)
    assert len(set(firsts)) == len({frozenset(order[:10]) for order in firsts}) == 4


def test_equal_collections_draw_different_topics() -> None:
    planned = plan(parallel("a", 40), parallel("b", 40), strategy="mixed", size=10)
    found: dict[int, tuple[int, ...]] = {}
    for step in range(20):
        batch = planned.batch(step)
        found.setdefault(batch.collection, tuple(batch.topics.tolist()))
    assert found[0] != found[1]


def test_seeds_differ_and_repeat() -> None:
    drawn = [tuple(plan(parallel("c", 40), seed=seed).batch(3).queries.tolist()) for seed in (0, 1, 2, 0)]
    assert drawn[0] == drawn[3]
    assert len(set(drawn)) == 3


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_the_share_of_monolingual_batches(alpha: float) -> None:
    collection = parallel("c", 12)
    planned, steps = plan(collection, size=2, alpha=alpha), 400
    alike = sum(
        query_languages(collection, planned, step) == passage_languages(collection, planned, step)
        for step in range(steps)
    )
    assert within(alike, steps, alpha)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_the_share_of_monolingual_examples_within_batches(alpha: float) -> None:
    collection = parallel("c", 12)
    planned = plan(collection, strategy="within-batch", size=10, alpha=alpha)
    alike, batches_of_both = 0, 0
    for step in range(200):
        pairs = zip(*(read(collection, planned, step) for read in (query_languages, passage_languages)), strict=True)
        same = sum(asked == given for asked, given in pairs)
        alike, batches_of_both = alike + same, batches_of_both + (0 < same < 10)
    assert within(alike, 2000, alpha)
    assert batches_of_both > 150 if 0 < alpha < 1 else batches_of_both == 0


def test_topics_in_few_of_many_languages_keep_alpha_within_batches() -> None:
    """Two of eight languages for each topic: 2 of the 8 monolingual pairs, but only 2 of the 56 others."""
    languages = ["ar", "de", "el", "en", "es", "fr", "hi", "ru"]
    rows = [(f"t{n}", languages[(n + k) % 8]) for n in range(40) for k in (0, 1)]
    collection = assemble("c", rows, [(t + c, t, c) for t, c in rows], [(t, t + c, 1) for t, c in rows])
    planned = plan(collection, strategy="within-batch", size=20, alpha=0.4)
    alike = 0
    for step in range(100):
        pairs = zip(*(read(collection, planned, step) for read in (query_languages, passage_languages)), strict=True)
        alike += sum(asked == given for asked, given in pairs)
    assert within(alike, 2000, 0.4)


def test_alpha_end_moves_the_share_of_monolingual_batches_through_a_plan() -> None:
    collection, steps = parallel("c", 12), 600
    planned = plan(collection, size=2, alpha=1.0, alpha_end=0.0, steps=steps)
    alike = [
        query_languages(collection, planned, step) == passage_languages(collection, planned, step)
        for step in range(steps)
    ]
    assert alike[0]
    assert not alike[-1]
    assert within(sum(alike[:200]), 200, 5 / 6)
    assert within(sum(alike[200:400]), 200, 1 / 2)
    assert within(sum(alike[400:]), 200, 1 / 6)


def test_languages_are_uniform_by_default_although_sizes_differ_a_hundredfold() -> None:
    collection = uneven(400, 4)
    planned = plan(collection, strategy="monolingual", size=2)
    drawn = Counter(query_languages(collection, planned, step)[0] for step in range(400))
    assert within(drawn["de"], 400, 0.5)


def test_languages_by_size_when_asked() -> None:
    collection = uneven(0, 0, {"en": 90, "de": 30})
    planned = plan(collection, strategy="monolingual", size=2, language_weights="size")
    drawn = Counter(query_languages(collection, planned, step)[0] for step in range(400))
    assert within(drawn["de"], 400, 0.25)


@pytest.mark.parametrize(("temperature", "shares"), [
    (1.0, [16 / 21, 4 / 21, 1 / 21]), (2.0, [4 / 7, 2 / 7, 1 / 7]), (0.5, [256 / 273, 16 / 273, 1 / 273]),
    (1e-4, [1, 0, 0]), (1e9, [1 / 3, 1 / 3, 1 / 3]),
])  # fmt: skip
def test_sizes_are_raised_to_one_by_the_temperature(temperature: float, shares: list[float]) -> None:
    sizes = {"en": 160, "de": 40, "fr": 10}
    stock = take_inventory(uneven(0, 0, sizes), list(sizes))
    np.testing.assert_allclose(language_probabilities([stock], "size", temperature), shares, atol=1e-6)
    np.testing.assert_allclose(language_probabilities([stock], "uniform", temperature), [1 / 3] * 3)


def test_a_language_that_a_collection_lacks_is_not_drawn_at_any_temperature() -> None:
    stock = take_inventory(uneven(9, 3), ["de", "en", "th"])
    for weights in ("uniform", "size"):
        assert language_probabilities([stock], weights, 1e9)[2] == 0


def test_a_plan_draws_languages_by_temperature() -> None:
    collection = uneven(0, 0, {"en": 90, "de": 10})
    options = {"language_weights": "size", "language_temperature": 2.0}
    planned = plan(collection, strategy="monolingual", size=2, **options)
    drawn = Counter(query_languages(collection, planned, step)[0] for step in range(400))
    assert within(drawn["de"], 400, 0.25)


def test_one_pair_draws_the_pairs_by_language_weights() -> None:
    collection, drawn = parallel("c", 12), Counter()
    planned = plan(collection, strategy="one-pair", size=3)
    for step in range(600):
        asked, given = (set(read(collection, planned, step)) for read in (query_languages, passage_languages))
        drawn[(asked.pop(), given.pop())] += 1
        assert not asked | given
    assert len(drawn) == 12
    assert all(within(count, 600, 1 / 12) for count in drawn.values())


def test_mixed_and_cross_lingual_examples_draw_all_languages_alike() -> None:
    collection = parallel("c", 40)
    for strategy, pairs in (("mixed", 4), ("cross-lingual", 12)):
        planned, drawn = plan(collection, strategy=strategy, size=20), Counter()
        for step in range(100):
            asked, given = (read(collection, planned, step) for read in (query_languages, passage_languages))
            drawn.update(zip(asked, given, strict=True))
        assert len(drawn) == pairs
        assert all(within(count, 2000, 1 / pairs) for count in drawn.values())


@pytest.mark.parametrize(("gamma", "share"), [(0.0, 0.5), (0.5, 0.75), (1.0, 0.9)])
def test_collections_are_drawn_by_size_to_the_gamma(gamma: float, share: float) -> None:
    planned = plan(parallel("large", 90), parallel("small", 10), size=2, gamma=gamma)
    large = sum(planned.batch(step).collection == 0 for step in range(600))
    assert within(large, 600, share)


def test_a_collection_that_cannot_fill_a_batch_is_never_drawn() -> None:
    planned = plan(parallel("small", 3), parallel("large", 9), size=4, gamma=0.0)
    assert {planned.batch(step).collection for step in range(50)} == {1}
    thai = plan(parallel("c", 9, ["en", "de"]), parallel("thai", 9, ["th"]), strategy="cross-lingual")
    assert {thai.batch(step).collection for step in range(50)} == {0}


def test_several_wordings_and_golds_are_all_drawn() -> None:
    rows = [(f"t{n}", "en") for n in range(4) for _ in range(3)]
    passages = [(f"p{n}-{k}", f"g{n}", "en") for n in range(4) for k in range(3)]
    collection = assemble("c", rows, passages, [(f"t{n}", f"p{n}-{k}", 1) for n in range(4) for k in range(3)])
    drawn = [plan(collection, strategy="mixed", size=4).batch(step) for step in range(60)]
    assert {row for batch in drawn for row in batch.queries.tolist()} == set(range(12))
    assert {row for batch in drawn for row in batch.passages.tolist()} == set(range(12))


def test_the_negative_of_another_language_version_is_excluded_where_it_is_relevant() -> None:
    """The German version of an English gold is judged 0 by mistake: ids call it relevant, so it is no negative."""
    rows = [("t0", "de"), ("t1", "de")]
    passages = [("a-en", "a", "en"), ("a-de", "a", "de"), ("a-de2", "a2", "de"), ("b-de", "b", "de")]
    qrels = [("t0", "a-en", 1), ("t0", "a-de2", 1), ("t0", "a-de", 0), ("t1", "b-de", 1)]
    collection = assemble("c", rows, passages, qrels)
    batch = plan(collection, strategy="mixed", size=2, negatives=1).batch(0)
    zero, one = batch.topics.tolist().index(0), batch.topics.tolist().index(1)
    assert batch.negatives[zero].tolist() == [1]
    assert batch.negatives[one].tolist() == [-1]
    assert batch.excluded[zero].tolist() == [False, False, True, True]
    assert not batch.excluded[one, 2 + zero]
    assert batch.excluded[one, 2 + one]
