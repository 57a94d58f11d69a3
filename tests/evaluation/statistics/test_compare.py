"""Comparisons by hand, and under changes that must show or must not."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_systems import compared, one_measure, parallel_rows, ragged_rows, system, table

from isoglot.errors import RequestError
from isoglot.evaluation.statistics.compare import compare
from isoglot.evaluation.summary import SETTINGS


def test_comparison_by_hand() -> None:
    rows = parallel_rows(4, ["de", "en"])
    base = one_measure("base", rows, [0.1, 0.3, 0.5, 0.5, 0.2, 0.2, 0.0, 1.0])
    other = one_measure("other", rows, [0.3, 0.5, 0.5, 0.5, 0.1, 0.2, 1.0, 1.0])
    found = compared(base, other)
    # Topics differ by .2, 0, -.05 and .5: mean .1625, standard deviation .2495829.
    assert (found.base_mean, found.other_mean) == pytest.approx((0.35, 0.5125))
    assert found.difference == pytest.approx(0.1625)
    assert found.effect_size == pytest.approx(0.1625 / 0.2495829, rel=1e-5)
    assert (found.won, found.tied, found.lost) == (0.5, 0.25, 0.25)
    assert found.minimum_detectable == pytest.approx(2.801585 * 0.2495829 / 2, rel=1e-5)
    assert (found.topics, found.base_seeds, found.other_seeds) == (4, 1, 1)
    assert (found.base_deviation, found.other_deviation, found.seed_interval) == (None, None, None)
    assert found.p == found.adjusted_p
    # Topics that change: none, the tied one, that of -.05, both; and the mirrored four.
    assert found.p == 8 / 16
    assert -0.05 <= found.interval[0] < found.difference < found.interval[1] <= 0.5


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_systems_that_change_places_mirror_everything(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = ragged_rows(rng, 12)
    a, b = (one_measure(name, rows, rng.random(len(rows))) for name in "ab")
    one, two = compared(a, b), compared(b, a)
    assert one.difference == -two.difference
    assert one.interval == pytest.approx((-two.interval[1], -two.interval[0]), abs=1e-12)
    assert (one.won, one.tied, one.lost) == (two.lost, two.tied, two.won)
    assert one.effect_size == -two.effect_size
    assert (one.p, one.minimum_detectable) == (two.p, two.minimum_detectable)


@given(st.integers(0, 2**32 - 1), st.floats(-0.5, 0.5))
@settings(max_examples=20, deadline=None)
def test_a_constant_added_to_other_moves_difference_and_interval_alike(seed: int, constant: float) -> None:
    rng = np.random.default_rng(seed)
    rows = ragged_rows(rng, 12)
    base, values = one_measure("base", rows, rng.random(len(rows))), rng.random(len(rows))
    one, two = (compared(base, one_measure("other", rows, values + shift)) for shift in (0.0, constant))
    assert two.difference - one.difference == pytest.approx(constant, abs=1e-9)
    assert np.subtract(two.interval, one.interval) == pytest.approx([constant, constant], abs=1e-9)
    assert two.minimum_detectable == pytest.approx(one.minimum_detectable, abs=1e-9)


def test_order_of_rows_changes_no_figure() -> None:
    rng = np.random.default_rng(0)
    rows = ragged_rows(rng, 30)
    a, b = (table(rows, AP=rng.random(len(rows))) for _ in range(2))
    shuffled = [part.take(rng.permutation(len(rows))) for part in (a, b)]
    expected = compared(system("a", a), system("b", b))
    assert compared(system("a", shuffled[0]), system("b", shuffled[1])) == expected


def test_translations_do_not_make_a_difference_surer() -> None:
    rng = np.random.default_rng(1)
    base, other = rng.random(40), rng.random(40)
    eleven = parallel_rows(40, [f"l{number:02}" for number in range(11)])
    one = compared(one_measure("a", parallel_rows(40), base), one_measure("b", parallel_rows(40), other))
    many = compared(
        one_measure("a", eleven, np.repeat(base, 11)), one_measure("b", eleven, np.repeat(other, 11))
    )  # fmt: skip
    assert many.interval == pytest.approx(one.interval)
    assert (many.p, many.topics) == (one.p, one.topics)
    assert many.minimum_detectable == pytest.approx(one.minimum_detectable)
    assert many.effect_size == pytest.approx(one.effect_size)


def reported(part: pa.Table, setting: str, measure: str) -> float:
    """Mean over languages of the mean of what each has values of."""
    rows = [row for row in part.to_pylist() if row["setting"] == setting and row[measure] is not None]
    languages = {row["query_language"] for row in rows}
    return np.mean([np.mean([row[measure] for row in rows if row["query_language"] == code]) for code in languages])


def test_difference_is_that_of_the_reported_means_in_every_setting() -> None:
    scopes, rng = np.random.default_rng(2), np.random.default_rng(3)
    rows = {setting: ragged_rows(scopes, 15) for setting in SETTINGS}
    has_distance = {
        setting: scopes.random(len(rows[setting])) < 0.8 * (setting == "multilingual") for setting in SETTINGS
    }

    def evaluation() -> pa.Table:
        return pa.concat_tables(
            table(
                rows[setting],
                setting,
                AP=rng.random(len(rows[setting])),
                RD=np.where(has_distance[setting], rng.integers(0, 500, len(rows[setting])), np.nan),
            )
            for setting in SETTINGS
        )

    a, b = evaluation(), evaluation()
    found = compare(system("a", a), [system("b", b)], resamples=200)
    expected = [*((name, "AP") for name in SETTINGS), ("multilingual", "RD")]
    assert [(each.setting, each.measure) for each in found] == expected
    for each in found:
        first, second = (reported(part, each.setting, each.measure) for part in (a, b))
        assert (each.base_mean, each.other_mean) == pytest.approx((first, second), rel=1e-12)
        assert each.difference == pytest.approx(second - first, abs=1e-10)


def test_p_of_all_comparisons_is_corrected_together() -> None:
    rng, rows = np.random.default_rng(8), parallel_rows(30)
    values = rng.random((4, 30))
    base, *others = (system(f"s{number}", table(rows, AP=row, RR=row**2)) for number, row in enumerate(values))
    found = compare(base, others, measures=["AP", "RR"], resamples=500)
    assert [(each.other, each.measure) for each in found] == [
        (f"s{n}", name) for n in (1, 2, 3) for name in ("AP", "RR")
    ]
    ranked = sorted(found, key=lambda each: each.p)
    assert ranked[0].adjusted_p == pytest.approx(min(1, 6 * ranked[0].p))
    assert all(each.adjusted_p >= each.p for each in found)


@pytest.mark.parametrize(("rows", "said"), [(0, "a has no values to compare"), (3, "made has 1 topic with AP")])
def test_too_few_topics_are_refused_with_their_number(rows: int, said: str) -> None:
    part = table(parallel_rows(1, ["de", "en", "th"])[:rows], AP=np.arange(rows))
    with pytest.raises(RequestError, match=said):
        compare(system("a", part), [system("b", part)])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"settings": ["monolingual", "cross-lingual"]}, "a has no values of cross-lingual"),
        ({"settings": ["pool"]}, "no setting 'pool'"),
        ({"measures": ["RD"]}, "a has no values of RD"),
        ({"measures": ["ap"]}, "no measure 'ap'; known: AP, RD"),
        ({"resamples": 10}, "10 resamples .* family of 1 comparisons; take at least 20"),
    ],
)
def test_wrong_request_is_refused(given: dict[str, Any], said: str) -> None:
    rows = parallel_rows(8)
    part = table(rows, AP=np.arange(8), RD=[None] * 8)
    with pytest.raises(RequestError, match=said):
        compare(system("a", part), [system("b", part)], **given)
