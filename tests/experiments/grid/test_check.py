"""Expected scores are found again, or the command fails."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from reports.sample import COLLECTION, build, cut
from rich.console import Console

from isoglot.errors import IsoglotError, RequestError
from isoglot.experiments.grid.cells import cells_of
from isoglot.experiments.grid.check import check, expectations
from isoglot.experiments.grid.results import Results, results_of
from isoglot.experiments.grid.spec import Spec, read_spec

FIELDS = {"grid": [{"strategy": ["hybrid"], "seed": [0, 1]}], "corrections": [], "corrections_fit": None}


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spec, list[Results]]:
    folder = tmp_path_factory.mktemp("check")
    spec = build(folder, cut(8, ["de", "en"]), fields=FIELDS)
    return spec, results_of(spec, cells_of(spec), folder)


def expecting(spec: Spec, mean: float, distance: float, tolerance: dict[str, float]) -> Spec:
    expected = {"hybrid": {COLLECTION: {"multilingual": {"AP": mean, "RD": distance}}}}
    return spec.model_copy(update={"expected": expected, "tolerance": tolerance})


def means(results: list[Results]) -> tuple[float, float]:
    (own,) = [each for each in results if each.system == "hybrid"]
    scores = own.scores
    return (
        sum(each["settings"]["multilingual"]["AP"] for each in scores) / 2,
        sum(each["bias"]["RD"] for each in scores) / 2,
    )


def test_means_over_seeds_within_the_tolerance_pass(experiment: tuple[Spec, list[Results]]) -> None:
    spec, results = experiment
    mean, distance = means(results)
    console = Console(file=io.StringIO(), width=200)
    check(expecting(spec, mean + 0.009, distance * 0.96, {"AP": 0.01, "RD": 0.05}), results, console)
    assert console.file.getvalue().count("expected") == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(("by_mean", "by_distance"), [(0.011, 1.0), (0.0, 1.06)])
def test_a_score_outside_fails(by_mean: float, by_distance: float, experiment: tuple[Spec, list[Results]]) -> None:
    spec, results = experiment
    mean, distance = means(results)
    wrong = expecting(spec, mean + by_mean, distance / by_distance, {"AP": 0.01, "RD": 0.05})
    with pytest.raises(IsoglotError, match="1 of 2 scores are not as expected, hybrid"):
        check(wrong, results, Console(file=io.StringIO()))


def test_a_system_without_scores_fails(experiment: tuple[Spec, list[Results]]) -> None:
    spec, results = experiment
    others = [replace(each, system="mixed") for each in results]
    wanted = expecting(spec, 0.5, 1.0, {"AP": 1.0, "RD": 1.0})
    assert [each.found for each in expectations(wanted, others)] == [None, None]
    with pytest.raises(IsoglotError, match="2 of 2"):
        check(wanted, others, Console(file=io.StringIO()))


def test_a_setting_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("{name: x, recipe: {}, grid: [{}], evaluate: [y], expected: {hybrid: {y: {pool: {AP: 1}}}}}")
    with pytest.raises(RequestError, match=r"expected\.hybrid\.y\.pool"):
        read_spec(path)
