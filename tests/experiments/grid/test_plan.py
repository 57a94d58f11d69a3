"""What is left to do is told before it is begun: from finished cells, else from a probe, else that it is not known."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from isoglot.experiments.grid.cells import Cell, cells_of
from isoglot.experiments.grid.estimate import Estimate, estimate_of, rates_of
from isoglot.experiments.grid.folder import CellFolder
from isoglot.experiments.grid.plan import show_plan
from isoglot.experiments.grid.rates import Rates, measured_rates, probed_rates, texts_of_training
from isoglot.experiments.grid.spec import Spec
from isoglot.experiments.grid.work import baselines_work, work_of
from isoglot.models.store import EmbeddingStore
from toys import write_parallel_qa

RATES = {"isoglot/use-m3": Rates(0.5, {"xquad-r": 30.0, "beir/scifact": 12.0}, 1000.0, 600.0, "hand")}


def spec_of(*grid: dict[str, Any], **fields: Any) -> Spec:
    recipe = {"steps": 10, "batch_size": 4, "eval_steps": 4, **fields.pop("recipe", {})}
    whole = {"name": "x", "recipe": recipe, "grid": list(grid) or [{"seed": [0, 1]}], "baselines": []}
    return Spec.model_validate({**whole, "evaluate": ["xquad-r", "beir/scifact"], **fields})


def finish(folder: CellFolder, names: list[str], seconds: float = 0.0, cost: float = 0.0) -> None:
    """As a training and evaluations leave it."""
    if seconds:
        (folder.path / "model").mkdir(parents=True)
        (folder.path / "model" / "training.json").write_text(json.dumps({"seconds": seconds}))
        (folder.path / "model" / "weights").write_bytes(bytes(5000))
    for name in names:
        folder.evaluation(name).mkdir(parents=True)
        parts = {"encode_seconds": cost, "rank_seconds": 1.0, "measure_seconds": 0.5, "distinct_queries": 7}
        (folder.evaluation(name) / "scores.json").write_text(json.dumps({"cost": parts}))


def shown(spec: Spec, out: Path, jobs: int = 1) -> str:
    cells, console = cells_of(spec), Console(file=io.StringIO(), width=300)
    show_plan(spec, cells, work_of(spec, cells, out), out, jobs, console)
    return " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]


def only(spec: Spec) -> Cell:
    return cells_of(spec)[0]


def test_a_cell_takes_its_texts_its_checkpoints_and_its_evaluations(tmp_path: Path) -> None:
    spec = spec_of()
    # 10 steps of 4 queries and 4 passages; 3 checkpoints of weights and two moments.
    assert texts_of_training(only(spec).recipe) == 80
    assert estimate_of(spec, only(spec), tmp_path, RATES) == Estimate(0.5 * 80 + 42, 1000, 3 * 3 * 1000, 600)
    with_negatives = spec_of(recipe={"negatives": 2})
    assert estimate_of(with_negatives, only(with_negatives), tmp_path, RATES).seconds == 0.5 * 160 + 42


def test_what_is_done_takes_nothing_more(tmp_path: Path) -> None:
    spec = spec_of()
    folder = CellFolder.of_cell(tmp_path, only(spec))
    finish(folder, ["xquad-r"], seconds=9.0)
    assert estimate_of(spec, only(spec), tmp_path, RATES) == Estimate(12.0, 0, 0, 600)
    finish(folder, ["beir/scifact"])
    assert estimate_of(spec, only(spec), tmp_path, {}) == Estimate()


def test_finished_cells_are_the_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmbeddingStore, "report", lambda _: [])
    spec = spec_of({"seed": [0, 1, 2]})
    cells = cells_of(spec)
    assert measured_rates(spec, cells, tmp_path) is None
    for cell, seconds, cost in ((cells[0], 20.0, 10.5), (cells[1], 28.0, 30.5)):
        finish(CellFolder.of_cell(tmp_path, cell), spec.evaluate, seconds, cost)
    rates = rates_of(spec, cells, tmp_path)["isoglot/use-m3"]
    assert rates.text_seconds == pytest.approx(48 / 160)
    assert rates.evaluation_seconds == {"xquad-r": 22.0, "beir/scifact": 22.0}
    assert rates.model_bytes > 5000
    assert rates.basis == "2 finished trainings from isoglot/use-m3"
    told = shown(spec, tmp_path, jobs=2)
    # One training of 80 texts and two evaluations are left.
    assert "│ hybrid │ 0, 1, 2 │ 10 │ 2 │ about 1.1 min │" in told
    assert "About 1.1 min one after another, 34.0 s if 2 side by side do not slow each other" in told
    assert "Estimated from 2 finished trainings" in told


def test_a_group_takes_what_its_members_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmbeddingStore, "report", lambda _: [])
    spec = spec_of(evaluate=["beir/reasoning"])
    folder = CellFolder.of_cell(tmp_path, only(spec))
    finish(folder, [], seconds=8.0)
    group = folder.evaluation("beir/reasoning")
    for name, seconds in (("", None), ("scifact", 3.0), ("fever", 4.0)):
        (group / name).mkdir(parents=True, exist_ok=True)
        cost = {} if seconds is None else {"cost": {"encode_seconds": seconds}}
        (group / name / "scores.json").write_text(json.dumps(cost))
    rates = measured_rates(spec, cells_of(spec), tmp_path)
    assert rates is not None
    assert rates.evaluation_seconds == {"beir/reasoning": 7.0}


def test_baselines_take_their_evaluations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmbeddingStore, "report", lambda _: [])
    spec = spec_of({"seed": [0]}, baselines=["untrained", "bm25"])
    cells = cells_of(spec)
    finish(CellFolder.of_cell(tmp_path, cells[0]), spec.evaluate, seconds=20.0, cost=10.5)
    told = shown(spec, tmp_path)
    # An evaluation takes 10.5 + 1.0 + 0.5 s, and there are two; how long BM25 takes is not known.
    assert "│ untrained isoglot/use-m3 │ – │ – │ 0 │ about 24.0 s │ 0 B │" in told
    assert "│ bm25 │ – │ – │ 0 │ ? │ ? │" in told
    assert "About 24.0 s one after another, BM25 apart;" in told
    for work in baselines_work(spec, cells, tmp_path):
        finish(work.folder, spec.evaluate)
        for step in work.steps:
            step.record()
    told = shown(spec, tmp_path)
    assert "│ bm25 │ – │ – │ 1 │ – │ – │" in told
    assert "Nothing is left to train." in told


def test_what_is_corrected_is_ranked_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmbeddingStore, "report", lambda _: [])
    spec = spec_of(corrections=["centre"], corrections_fit="worldfacts/train", evaluate=["xquad-r"])
    folder = CellFolder.of_cell(tmp_path, only(spec))
    finish(folder, ["xquad-r"], seconds=8.0, cost=10.5)
    (folder.evaluation("xquad-r") / "centre").mkdir()
    corrected = {"cost": {"encode_seconds": 10.5, "rank_seconds": 3.0, "measure_seconds": 0.25}}
    (folder.evaluation("xquad-r") / "centre" / "scores.json").write_text(json.dumps(corrected))
    rates = measured_rates(spec, cells_of(spec), tmp_path)
    assert rates is not None
    assert rates.evaluation_seconds == {"xquad-r": 12.0 + 3.25}


def test_a_probe_reads_the_model_and_the_collections(tmp_path: Path) -> None:
    path = str(write_parallel_qa(tmp_path / "toy.jsonl", 30))
    spec = spec_of(recipe={"model": "isoglot/static", "train": [path]}, evaluate=[path])
    rates = probed_rates(spec, only(spec).recipe)
    assert rates.text_seconds > 0
    assert rates.evaluation_seconds.keys() == {path}
    assert rates.model_bytes > 0
    assert rates.vector_bytes > 0
    assert "a probe of isoglot/static" in shown(spec, tmp_path)


def test_what_cannot_be_opened_is_no_reason_not_to_plan(tmp_path: Path) -> None:
    spec = spec_of(recipe={"train": ["data/absent.jsonl"]})
    told = shown(spec, tmp_path)
    assert "│ hybrid │ 0, 1 │ 10 │ 0 │ ? │ ? │" in told
    assert "Time and disk cannot be told: data/absent.jsonl" in told
