"""Where batches cannot be filled, one sentence says so before training starts."""

import pytest
from random_collections import assemble, parallel

from isoglot.batches import STRATEGIES, Plan, strategy_named
from isoglot.data import Collection
from isoglot.errors import RequestError


def plan(collection: Collection, strategy: str, size: int, **options: int) -> Plan:
    return Plan([collection], strategy_named(strategy), batch_size=size, seed=0, **options)


def rare_german() -> Collection:
    """Nine topics in English and French, two of them in German as well."""
    rows = [(f"t{n}", c) for n in range(9) for c in ("en", "fr")] + [("t0", "de"), ("t1", "de")]
    return assemble("c", rows, [(t + c, t, c) for t, c in rows], [(t, t + c, 1) for t, c in rows])


def refusal(planned: Plan, steps: int = 50) -> str:
    with pytest.raises(RequestError) as caught:
        planned.check(steps)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_language_with_too_few_topics_is_named_with_what_to_do() -> None:
    message = refusal(plan(rare_german(), "monolingual", 4))
    for part in ("'de'", "has at most 2 topics", "batch of 4", "--batch-size", "--languages"):
        assert part in message
    plan(rare_german(), "monolingual", 2).check(50)
    plan(rare_german().select_languages(["en", "fr"]), "monolingual", 4).check(50)


def test_a_language_without_queries_is_named() -> None:
    rows = [(f"t{n}", "en") for n in range(9)]
    both = [(t, c) for t, _ in rows for c in ("en", "th")]
    collection = assemble("c", rows, [(t + c, t, c) for t, c in both], [(t, t + c, 1) for t, c in both])
    message = refusal(plan(collection, "monolingual", 2))
    assert "'th'" in message
    assert "0 topics" in message


def test_too_few_topics_at_all_name_every_language() -> None:
    for strategy in ("mixed", "cross-lingual"):
        message = refusal(plan(parallel("c", 5, ["de", "en"]), strategy, 6), 1)
        assert "de, en have at most 5 topics" in message


@pytest.mark.parametrize("strategy", ["cross-lingual", "one-pair", "within-batch"])
def test_cross_lingual_training_on_one_language_is_explained(strategy: str) -> None:
    message = refusal(plan(parallel("c", 9, ["en"]), strategy, 2))
    assert "'en'" in message
    assert "two languages" in message


def test_a_pair_with_too_few_topics_is_named_with_what_to_do() -> None:
    message = refusal(plan(rare_german(), "one-pair", 4))
    for part in ("2 topics", "'de'", "batch of 4", "--batch-size to 2", "--strategy cross-lingual"):
        assert part in message
    plan(rare_german(), "one-pair", 2).check(50)


@pytest.mark.parametrize("strategy", ["one-pair", "hybrid-one-pair"])
def test_pairs_of_languages_that_no_topic_has_advise_monolingual_batches(strategy: str) -> None:
    rows = [(f"t{n}", "en" if n < 4 else "th") for n in range(8)]
    collection = assemble("c", rows, [(t, t, c) for t, c in rows], [(t, t, 1) for t, _ in rows])
    assert "topics in two languages, and there are none; use --strategy mono" in refusal(plan(collection, strategy, 2))


def test_further_positives_without_a_second_language_are_refused() -> None:
    alone = [parallel("c", 9, ["en"]), parallel("d", 9, ["de"], first=9)]
    named = strategy_named("monolingual")
    message = refusal(Plan(alone, named, batch_size=2, seed=0, versions=3))
    assert "relevant passages in two languages; leave --multi-positives out" in message
    assert refusal(Plan(alone[:1], named, batch_size=2, seed=0, versions=3)) == message
    Plan([*alone, parallel("e", 9, first=18)], named, batch_size=2, seed=0, versions=3).check(50)


def test_a_parallel_passage_that_is_not_judged_is_a_further_positive() -> None:
    rows = [(f"t{n}", "en") for n in range(9)]
    both = [(t, c) for t, _ in rows for c in ("en", "th")]
    collection = assemble("c", rows, [(t + c, t, c) for t, c in both], [(t, t + c, 1) for t, c in rows])
    named = strategy_named("mixed")
    Plan([collection.select_languages(["en"])], named, batch_size=2, seed=0).check(5)
    planned = Plan([collection], named, batch_size=2, seed=0, versions=1)
    planned.check(5)
    assert planned.batch(0).positive.sum() == 4


def test_a_collection_of_judged_negatives_alone_is_refused() -> None:
    collection = assemble("c", [("t", "en")], [("p", None, "en")], [("t", "p", 0)])
    for strategy in ("mixed", "monolingual"):
        assert "0 topics" in refusal(plan(collection, strategy, 2))


def test_topics_that_all_share_a_passage_are_refused() -> None:
    rows = [(f"t{n}", "en") for n in range(5)]
    collection = assemble("c", rows, [("p", "g", "en")], [(topic, "p", 1) for topic, _ in rows])
    message = refusal(plan(collection, "mixed", 2), 1)
    assert "only 1 of 5 topics can stand together" in message
    assert "--batch-size" in message


def hub() -> Collection:
    """t0 shares a passage with every other topic, and so can stand with none; the others share nothing."""
    rows = [(f"t{n}", "en") for n in range(9)]
    own = [(f"p{n}", f"g{n}", "en") for n in range(9)]
    return assemble(
        "c", rows, own, [(f"t{n}", f"p{n}", 1) for n in range(9)] + [("t0", f"p{n}", 1) for n in range(1, 9)]
    )


def test_what_would_fail_in_the_middle_of_training_is_refused_before() -> None:
    for seed in range(10):
        planned = Plan([hub()], strategy_named("mixed"), batch_size=2, seed=seed)
        assert "only 1 of 9 topics can stand together" in refusal(planned)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_the_check_lets_pass_can_be_filled(strategy: str) -> None:
    planned = plan(parallel("c", 9), strategy, 4)
    planned.check(30)
    assert all(len(planned.batch(step).topics) == 4 for step in range(30))


def test_the_check_changes_no_batch() -> None:
    checked, fresh = plan(parallel("c", 9), "hybrid", 4), plan(parallel("c", 9), "hybrid", 4)
    checked.check(20)
    for step in (7, 0, 19):
        assert checked.batch(step).queries.tolist() == fresh.batch(step).queries.tolist()


def test_a_refused_batch_is_refused_again() -> None:
    rows = [(f"t{n}", "en") for n in range(5)]
    collection = assemble("c", rows, [("p", "g", "en")], [(topic, "p", 1) for topic, _ in rows])
    planned = plan(collection, "mixed", 2)
    for _ in range(3):
        with pytest.raises(RequestError, match="can stand together"):
            planned.batch(0)


def test_batches_after_a_refused_one_are_refused_too() -> None:
    planned = Plan([hub()], strategy_named("mixed"), batch_size=2, seed=0)
    refused = []
    for step in [*range(40), 12, 39]:
        try:
            planned.batch(step)
        except RequestError:
            refused.append(step)
    assert refused == [*range(refused[0], 40), *([12] if refused[0] <= 12 else []), 39]


def test_a_collection_that_no_batch_can_come_from_is_refused() -> None:
    collections = [parallel("large", 9), parallel("small", 3)]
    message = refusal(Plan(collections, strategy_named("mixed"), batch_size=4, seed=0), 20)
    assert "small has 3 topics" in message


def test_hard_negatives_that_nobody_judged_are_refused() -> None:
    planned = Plan([parallel("c", 9)], strategy_named("mixed"), batch_size=2, seed=0, negatives=3)
    assert "c has no judgments with relevance 0" in refusal(planned, 1)
