"""A grid is run: nothing twice, what fails is told, and the rest goes on."""

import io
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from isoglot.errors import RequestError
from isoglot.experiments.grid.cells import cells_of
from isoglot.experiments.grid.folder import CellFolder
from isoglot.experiments.grid.run import Failure, run_all
from isoglot.experiments.grid.spec import Spec, read_spec
from isoglot.experiments.grid.work import Step, prepare, work_of

from .conftest import arguments_in

SPEC: dict[str, Any] = {
    "name": "x",
    "recipe": {"model": "isoglot/static", "max_length": 64, "steps": 5},
    "grid": [{"strategy": ["mixed", "hybrid"], "seed": [0, 1]}],
    "evaluate": ["xquad-r=data/xquad-r", "beir/scifact"],
    "baselines": ["untrained", "bm25"],
}


def run(spec: Spec, out: Path, jobs: int = 1) -> tuple[list[Failure], str]:
    cells, console = cells_of(spec), Console(file=io.StringIO(), width=200)
    prepare(cells, out)
    failures = run_all(work_of(spec, cells, out), jobs, console)
    return failures, console.file.getvalue()  # type: ignore[attr-defined]


def spec_of(**fields: object) -> Spec:
    return Spec.model_validate({**SPEC, **fields})


@pytest.mark.usefixtures("commands")
def test_every_cell_is_trained_and_evaluated_in_a_folder_of_its_own(tmp_path: Path) -> None:
    spec = spec_of()
    assert run(spec, tmp_path)[0] == []
    folders = [CellFolder.of_cell(tmp_path, cell) for cell in cells_of(spec)]
    assert len({folder.path for folder in folders}) == 4
    assert all(folder.is_trained and folder.has_scores(spec.evaluate) for folder in folders)
    names = sorted(path.name for path in (tmp_path / "baselines").iterdir())
    assert names == ["bm25", "untrained-isoglot-static"]


@pytest.mark.usefixtures("commands")
def test_what_is_finished_is_not_run_again_and_what_is_missing_is(tmp_path: Path) -> None:
    spec = spec_of()
    run(spec, tmp_path)
    folder = CellFolder.of_cell(tmp_path, cells_of(spec)[1])
    lost = folder.evaluation("beir/scifact") / "scores.json"
    lost.unlink()
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json") if path.name != "cell.json"}
    failures, shown = run(spec, tmp_path)
    assert failures == []
    assert "5 of 6 cells and baselines are finished already" in shown
    assert shown.count("isoglot evaluate") == 1
    assert "isoglot train" not in shown
    assert lost.is_file()
    assert {path: path.stat().st_mtime_ns for path in times} == times


@pytest.mark.usefixtures("commands")
def test_a_longer_grid_runs_only_what_is_new(tmp_path: Path) -> None:
    run(spec_of(), tmp_path)
    more = [*SPEC["grid"], {"strategy": ["hybrid"], "alpha": [0.5, 0.25]}]
    _, shown = run(spec_of(grid=more), tmp_path)
    assert "6 of 7 cells and baselines are finished already" in shown
    assert shown.count("isoglot train") == 1


@pytest.mark.usefixtures("commands")
def test_evaluations_with_other_options_are_made_again_and_trainings_are_not(tmp_path: Path) -> None:
    run(spec_of(max_length=256), tmp_path)
    corrected = spec_of(max_length=256, corrections=["lir"], corrections_fit="worldfacts/train")
    _, shown = run(corrected, tmp_path)
    assert "1 of 6 cells and baselines are finished already" in shown  # words alone are not corrected
    assert shown.count("isoglot evaluate") == 10
    assert "isoglot train" not in shown
    assert "6 of 6 cells and baselines are finished already" in run(corrected, tmp_path)[1]
    assert shown.count("isoglot evaluate") == run(spec_of(), tmp_path)[1].count("isoglot evaluate")


@pytest.mark.usefixtures("commands")
@pytest.mark.parametrize("jobs", [1, 3])
def test_what_fails_is_told_and_the_rest_goes_on(jobs: int, tmp_path: Path) -> None:
    spec = spec_of(grid=[{"train": [["broken"], ["worldfacts/train"]], "seed": [0, 1]}])
    failures, shown = run(spec, tmp_path, jobs)
    assert [failure.sentence for failure in failures] == ["isoglot: broken does not exist; check the path."] * 2
    assert "started" in failures[0].log.read_text()
    assert shown.count("failed:") == 2
    finished = [CellFolder.of_cell(tmp_path, cell).has_scores(spec.evaluate) for cell in cells_of(spec)]
    assert finished == [False, False, True, True]


@pytest.mark.usefixtures("commands")
def test_evaluations_read_as_long_texts_as_the_specification_says(tmp_path: Path) -> None:
    spec = spec_of(max_length=256, measures=["R@5"])
    run(spec, tmp_path)
    trained = CellFolder.of_cell(tmp_path, cells_of(spec)[0])
    untrained = CellFolder.of_baseline(tmp_path, "untrained-isoglot/static", "isoglot/static")
    bm25 = CellFolder.of_baseline(tmp_path, "bm25", "bm25")
    for folder, expected in (
        (trained, ["--max-length", "256"]),
        (untrained, ["--pooling", "mean", "--max-length", "256"]),
    ):
        found = arguments_in(folder.evaluation("xquad-r=x") / "scores.json")
        assert found == ["evaluate", folder.model, "xquad-r=data/xquad-r", "--out",
                         str(folder.evaluation("xquad-r=x")), "--overwrite", *expected, "--measure", "R@5"]  # fmt: skip
    assert "--max-length" not in arguments_in(bm25.evaluation("beir/scifact") / "scores.json")


@pytest.mark.usefixtures("commands")
def test_without_a_length_the_start_model_reads_what_training_reads(tmp_path: Path) -> None:
    spec = spec_of()
    run(spec, tmp_path)
    untrained = CellFolder.of_baseline(tmp_path, "untrained-isoglot/static", "isoglot/static")
    found = arguments_in(untrained.evaluation("beir/scifact") / "scores.json")
    assert found[-2:] == ["--max-length", "64"]
    trained = CellFolder.of_cell(tmp_path, cells_of(spec)[0])
    assert "--max-length" not in arguments_in(trained.evaluation("beir/scifact") / "scores.json")


@pytest.mark.usefixtures("commands")
def test_corrections_are_evaluated_after_training_and_without_it_but_not_of_words(tmp_path: Path) -> None:
    run(spec_of(corrections=["centre", "lir"], corrections_fit="worldfacts/train"), tmp_path)
    asked = {path: arguments_in(path) for path in tmp_path.rglob("scores.json")}
    for path, arguments in asked.items():
        expected = (
            []
            if "bm25" in path.parts
            else ["--debias-fit", "worldfacts/train", "--debias", "centre", "--debias", "lir"]
        )
        assert [part for part in arguments if part in expected or part.startswith("--debias")] == expected
    assert len(asked) == 12


@pytest.mark.parametrize("value", [0, -1, 1.5, "long"])
def test_a_wrong_length_is_refused(value: object, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(f"name: x\nrecipe: {{}}\ngrid: [{{seed: [0]}}]\nevaluate: [xquad-r]\nmax_length: {value}\n")
    with pytest.raises(RequestError, match="max length is"):
        read_spec(path)


def test_modules_that_lie_where_it_is_called_are_not_taken_for_the_library_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "copy.py").write_text("raise SystemExit('the wrong copy.py')\n")
    monkeypatch.chdir(tmp_path)
    done = subprocess.run(Step(["--help"], tmp_path).command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
