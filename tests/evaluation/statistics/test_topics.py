"""Topic sums against means by hand, the reported means, and standard errors by scipy and by the jackknife."""

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from made_systems import parallel_rows, ragged_rows, table
from scipy import stats

from isoglot.errors import RequestError
from isoglot.evaluation.statistics.topics import contributions, standard_error, topic_sums, topic_values


def mean_of_means(rows: list[tuple[str, ...]], values: np.ndarray) -> float:
    """Mean over groups of the mean within each, in plain Python."""
    by_group = defaultdict(list)
    for row, value in zip(rows, values, strict=True):
        by_group[row[:2]].append(value)
    return sum(sum(group) / len(group) for group in by_group.values()) / len(by_group)


def test_topic_values_by_hand() -> None:
    rows = [("en", "en", "1", "a"), ("en", "en", "2", "a"), ("en", "en", "3", "b"), ("de", "de", "4", "b")]
    topics, values = topic_values(table(rows, AP=[0.3, 0.6, 0.9, 0.5]), "monolingual", "AP")
    assert topics == ["a", "b"]
    # English mean .6, German .5, reported .55; topic a adds (.3 + .6) / 3 / 2 of it, times two topics.
    assert values == pytest.approx([0.3, 0.8])


@pytest.mark.parametrize("seed", range(5))
def test_mean_of_topic_values_is_the_mean_over_groups(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = ragged_rows(rng, 9)
    values = rng.random(len(rows))
    found = topic_values(table(rows, AP=values), "monolingual", "AP")[1]
    assert found.mean() == pytest.approx(mean_of_means(rows, values), abs=1e-14)


def test_rows_without_a_value_and_of_other_settings_do_not_count() -> None:
    rows = parallel_rows(3)
    pool = table(rows, "multilingual", RD=[4.0, None, float("nan")])
    other = table(rows, "pool", RD=[100.0, 100.0, 100.0])
    topics, values = topic_values(pa.concat_tables([pool, other]), "multilingual", "RD")
    assert (topics, values.tolist()) == (["t00000"], [4.0])


def test_order_of_rows_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    rows = ragged_rows(rng, 20)
    whole = table(rows, AP=rng.random(len(rows)))
    shuffled = whole.take(rng.permutation(len(rows)))
    one, two = (topic_sums([each], "monolingual", "AP") for each in (whole, shuffled))
    assert one.topics == two.topics
    assert (one.sums == two.sums).all()
    assert (one.numbers == two.numbers).all()


def test_rows_of_several_evaluations_are_matched_by_id_and_not_by_place() -> None:
    rows = parallel_rows(3)
    first, second = table(rows, AP=[0.1, 0.2, 0.3]), table(rows[::-1], AP=[0.6, 0.5, 0.4])
    assert topic_sums([first, second], "monolingual", "AP").sums[:, :, 0].tolist() == [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]


def test_row_of_one_evaluation_only_is_named_with_the_number_of_such_rows() -> None:
    rows = parallel_rows(5)
    first, second = table(rows, AP=[0.5] * 5), table(rows[:2], AP=[0.5] * 2)
    for pair in ([first, second], [second, first], [first, first, second]):
        with pytest.raises(RequestError, match=r"3 of the rows of monolingual AP .*'q2en' of topic 't00002'"):
            topic_sums(pair, "monolingual", "AP")


def test_value_missing_in_one_evaluation_is_refused() -> None:
    rows = parallel_rows(2)
    first, second = table(rows, "multilingual", RD=[1, 2]), table(rows, "multilingual", RD=[1, None])
    with pytest.raises(RequestError, match=r"1 of the rows of multilingual RD .*'q1en'"):
        topic_sums([first, second], "multilingual", "RD")


def test_query_of_another_topic_is_refused() -> None:
    first = table([("en", "en", "q", "a"), ("en", "en", "r", "b")], AP=[1, 0])
    second = table([("en", "en", "q", "b"), ("en", "en", "r", "b")], AP=[1, 0])
    with pytest.raises(RequestError, match="'q' of topic 'a'"):
        topic_sums([first, second], "monolingual", "AP")


@pytest.mark.parametrize(
    ("setting", "measure", "said"),
    [("monolingaul", "AP", "did you mean 'monolingual'"), ("monolingual", "topic_id", "'topic_id'; known: AP")],
)
def test_unknown_setting_or_measure_is_named(setting: str, measure: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        topic_values(table(parallel_rows(2), AP=[1, 0]), setting, measure)


def test_measure_without_any_value_is_refused() -> None:
    with pytest.raises(RequestError, match="No topic has RD in the monolingual setting"):
        topic_values(table(parallel_rows(2), AP=[1, 0], RD=[None, None]), "monolingual", "RD")


def test_standard_error_of_a_parallel_collection_is_that_of_the_topics_means() -> None:
    rng = np.random.default_rng(1)
    sums = rng.normal(size=(40, 5))
    assert standard_error(sums, np.ones((40, 5))) == pytest.approx(stats.sem(sums.mean(axis=1)), rel=1e-12)
    assert standard_error(3 * sums, np.full((40, 5), 3.0)) == pytest.approx(stats.sem(sums.mean(axis=1)), rel=1e-12)


def test_standard_error_of_ragged_groups_is_near_the_jackknife() -> None:
    rng = np.random.default_rng(2)
    numbers = rng.integers(0, 4, (400, 3)).astype(float)
    sums = numbers * rng.normal(0.3, 1.0, (400, 3))

    def mean(kept: np.ndarray) -> float:
        return float((sums[kept].sum(axis=0) / numbers[kept].sum(axis=0)).mean())

    left_out = np.array([mean(np.arange(400) != topic) for topic in range(400)])
    jackknife = np.sqrt(399 / 400 * np.square(left_out - left_out.mean()).sum())
    assert standard_error(sums, numbers) == pytest.approx(jackknife, rel=0.01)


def test_equal_differences_in_decimal_fractions_have_no_standard_error() -> None:
    numbers = np.array([[1.0, 2.0], [3.0, 1.0], [1.0, 1.0]])
    noisy = np.array([[0.3 - 0.2, 0.1 + 0.1], [0.1 + 0.1 + 0.1, 0.1], [0.1, 0.7 - 0.6]])
    assert contributions(noisy, numbers).sum() == pytest.approx(0.1)
    assert standard_error(noisy, numbers) == 0.0
