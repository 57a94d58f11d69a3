"""The statistics of an experiment against those of `isoglot compare`, and which systems are compared."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from reports.sample import COLLECTION, build, cut

from isoglot.errors import IsoglotError
from isoglot.evaluation.statistics.compare import compare
from isoglot.evaluation.statistics.power import holm
from isoglot.evaluation.statistics.resampling import sign_flip_p, topic_interval
from isoglot.evaluation.statistics.topics import TopicSums, contributions
from isoglot.experiments.grid.cells import cells_of
from isoglot.experiments.grid.comparisons import Statistics, questions_of, statistics_of, write_statistics
from isoglot.experiments.grid.pairs import pairs_of, start_models
from isoglot.experiments.grid.results import Results, results_of
from isoglot.experiments.grid.sampling import collapsed, percentiles, sampled_means, sign_flip_ps
from isoglot.experiments.grid.spec import Spec

GRID = [
    {"strategy": ["hybrid", "monolingual", "mixed"], "seed": [0, 1, 2]},
    {"strategy": ["hybrid"], "alpha": [0.25], "seed": [0]},
]


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spec, list[Results], Statistics]:
    folder = tmp_path_factory.mktemp("experiment")
    spec = build(folder, cut(10, ["de", "en", "th"]), fields={"grid": GRID, "resamples": 900})
    cells = cells_of(spec)
    results = results_of(spec, cells, folder)
    (found,) = statistics_of(spec, cells, results)
    return spec, results, found


def spec_of(**fields: object) -> Spec:
    return Spec.model_validate({"name": "x", "recipe": {}, "grid": GRID, "evaluate": ["xquad-r"], **fields})


def random_sums(rng: np.random.Generator, evaluations: int, topics: int, groups: int, parallel: bool) -> TopicSums:
    numbers = np.full((topics, groups), 2.0) if parallel else rng.integers(1, 4, (topics, groups)).astype(float)
    return TopicSums([f"t{n}" for n in range(topics)], rng.random((evaluations, topics, groups)) * numbers, numbers)


def test_every_figure_is_that_of_compare(experiment: tuple[Spec, list[Results], Statistics]) -> None:
    _, results, found = experiment
    systems = {each.system: each.read() for each in results}
    for base, other in (("mixed", "hybrid"), ("hybrid", "hybrid, alpha 0.25"), ("untrained isoglot/static", "mixed")):
        expected = compare(systems[base], [systems[other]], resamples=found.resamples)
        own = [each for each in found.comparisons if (each.base, each.other) == (base, other)]
        assert [(each.setting, each.measure) for each in own] == [(each.setting, each.measure) for each in expected]
        for mine, theirs in zip(own, expected, strict=True):
            for name, value in theirs.to_dict().items():
                if name not in ("adjusted_p", "family", "verdict", "topics_needed", "effect_size"):
                    assert getattr(mine, name) == (pytest.approx(value, abs=1e-9) if isinstance(value, float | tuple)
                                                   else value), name  # fmt: skip


def test_all_comparisons_of_a_collection_are_one_family(experiment: tuple[Spec, list[Results], Statistics]) -> None:
    _, _, found = experiment
    assert [each.adjusted_p for each in found.comparisons] == holm([each.p for each in found.comparisons])
    assert min(each.adjusted_p for each in found.comparisons) > min(each.p for each in found.comparisons)
    assert {each.family for each in found.comparisons} == {len(found.comparisons)}


def test_resamples_are_as_many_as_the_family_needs(experiment: tuple[Spec, list[Results], Statistics]) -> None:
    spec, _, found = experiment
    assert found.resamples == max(spec.resamples, math.ceil(len(found.comparisons) / 0.05))
    assert found.resamples > spec.resamples


def test_means_are_those_of_the_scores_and_lie_in_their_intervals(
    experiment: tuple[Spec, list[Results], Statistics],
) -> None:
    _, results, found = experiment
    scores = {each.system: each.scores for each in results}
    assert {each.system for each in found.estimates} == scores.keys()
    for each in found.estimates:
        expected = [
            own["bias"]["RD"] if each.measure == "RD" else own["settings"][each.setting][each.measure]
            for own in scores[each.system]
        ]
        assert each.seeds == pytest.approx(expected)
        assert each.mean == pytest.approx(np.mean(expected))
        assert each.deviation == (pytest.approx(np.std(expected, ddof=1)) if len(expected) > 1 else None)
        assert each.interval[0] < each.mean < each.interval[1]


def test_file_holds_every_comparison_with_its_verdict(
    experiment: tuple[Spec, list[Results], Statistics], tmp_path: Path
) -> None:
    _, _, found = experiment
    write_statistics([found], tmp_path / "comparisons.json")
    record = json.loads((tmp_path / "comparisons.json").read_text())
    assert record["families"] == {COLLECTION: len(found.comparisons)}
    assert record["resamples"] == {COLLECTION: found.resamples}
    assert [each["verdict"] for each in record["comparisons"]] == [each.verdict for each in found.comparisons]
    assert len(record["estimates"]) == len(found.estimates)


def test_evaluations_of_different_queries_are_refused(
    experiment: tuple[Spec, list[Results], Statistics], tmp_path: Path
) -> None:
    spec, results, _ = experiment
    other = build(tmp_path, cut(9, ["de", "en", "th"]), fields={"grid": [{"strategy": ["mixed"]}], "baselines": []})
    (found, _) = results_of(other, cells_of(other), tmp_path)
    with pytest.raises(IsoglotError, match="different queries"):
        statistics_of(spec, cells_of(spec), [results[0], found])


def test_pairs_are_strategies_baselines_corrections_and_variants() -> None:
    (start,) = start_models(cells_of(spec_of()))
    untrained = "untrained isoglot/use-m3"
    assert pairs_of(start, ["lir"]) == [
        ("mixed", "monolingual"), ("mixed", "hybrid"), ("monolingual", "hybrid"),
        (untrained, "mixed"), (untrained, "monolingual"), (untrained, "hybrid"),
        (f"{untrained} + lir", "mixed"), (f"{untrained} + lir", "monolingual"), (f"{untrained} + lir", "hybrid"),
        ("bm25", "mixed"), ("bm25", "monolingual"), ("bm25", "hybrid"),
        ("mixed", "mixed + lir"), ("monolingual", "monolingual + lir"), ("hybrid", "hybrid + lir"),
        ("mixed + lir", "monolingual + lir"), ("mixed + lir", "monolingual"),
        ("mixed + lir", "hybrid + lir"), ("mixed + lir", "hybrid"),
        ("monolingual + lir", "hybrid + lir"), ("monolingual + lir", "hybrid"),
        ("hybrid", "hybrid, alpha 0.25"),
    ]  # fmt: skip


def test_strategies_with_other_data_are_compared_with_their_like_alone() -> None:
    grid = [
        {"strategy": ["hybrid", "mixed"]},
        {"strategy": ["hybrid", "one-pair"], "languages": [["de", "en"]]},
        {"strategy": ["hybrid"], "alpha": [0.75]},
    ]
    (start,) = start_models(cells_of(spec_of(grid=grid)))
    trained = [pair for pair in pairs_of(start, []) if pair[0] != "bm25" and not pair[0].startswith("untrained")]
    assert trained == [
        ("mixed", "hybrid"),
        ("one-pair, languages de + en", "hybrid, languages de + en"),
        ("hybrid", "hybrid, languages de + en"),
        ("hybrid", "hybrid, alpha 0.75"),
    ]


def test_first_value_is_the_reference_where_the_default_is_not_in_the_grid() -> None:
    grid = [{"strategy": ["hybrid"], "alpha": [0.75, 0.25]}, {"strategy": ["mixed"]}]
    (start,) = start_models(cells_of(spec_of(grid=grid)))
    assert start.main == {"mixed": "mixed", "hybrid": "hybrid, alpha 0.75"}
    assert start.variants == {"mixed": [], "hybrid": ["hybrid, alpha 0.25"]}


def test_systems_of_different_start_models_are_not_compared() -> None:
    grid = [{"model": ["isoglot/static", "isoglot/use-m3"], "strategy": ["hybrid", "mixed"]}]
    starts = start_models(cells_of(spec_of(grid=grid)))
    assert [start.model for start in starts] == ["isoglot/static", "isoglot/use-m3"]
    trained = [set(start.main.values()) for start in starts]
    assert not trained[0] & trained[1]
    for start, own in zip(starts, trained, strict=True):
        assert all(base in own or base in ("bm25", start.untrained) for base, _ in pairs_of(start, []))


def test_rank_distance_is_asked_only_of_passages_in_several_languages() -> None:
    scores = {"settings": {"monolingual": {"AP": 1}, "cross-lingual": {"AP": 1}, "multilingual": {"AP": 1}},
              "bias": {"RD": 1.0}}  # fmt: skip
    english = {**scores, "pairs": {"en->en": {}, "de->en": {}}}
    both = {**scores, "pairs": {"en->en": {}, "de->en": {}, "en->de": {}}}
    assert ("multilingual", "RD") not in questions_of("mkqa", english)
    assert len(questions_of("mkqa", english)) == 3
    assert questions_of("xquad-r", both)[-1] == ("multilingual", "RD")
    assert questions_of("xquad-r", {**both, "bias": {}}) == questions_of("mkqa", english)
    without = {**english, "settings": {**scores["settings"], "monolingual": {}}}
    assert [setting for setting, _ in questions_of("mkqa", without)] == ["cross-lingual", "multilingual"]


@pytest.mark.parametrize("parallel", [True, False])
def test_sampled_means_give_the_interval_of_one_difference(parallel: bool) -> None:
    sums = random_sums(np.random.default_rng(3), 2, 40, 3, parallel)
    expected = topic_interval(TopicSums(sums.topics, (sums.sums[1] - sums.sums[0])[None], sums.numbers), 500, 7)
    own = collapsed(sums)
    assert own.sums.shape[2] == (1 if parallel else 3)
    means = np.concatenate([block[0] for block in sampled_means(own, 500, 7)])
    assert percentiles(means[:, 1] - means[:, 0]) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(2, 18)), elements=st.floats(-1, 1, width=32)))
def test_sign_flips_together_are_those_of_each_row(values: np.ndarray) -> None:
    assert sign_flip_ps(values, 150, 1) == [sign_flip_p(row, 150, 1) for row in values]


def test_collapsing_keeps_what_each_topic_adds() -> None:
    sums = random_sums(np.random.default_rng(0), 2, 5, 4, parallel=True)
    one = collapsed(sums)
    for before, after in zip(sums.sums, one.sums, strict=True):
        assert contributions(after, one.numbers) == pytest.approx(contributions(before, sums.numbers))
