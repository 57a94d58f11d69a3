"""Experiments from the command line: the reproduction files, and one of them run from its plan to its check."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from isoglot.experiments.grid.cells import cells_of
from isoglot.experiments.grid.spec import read_spec

REPRODUCTIONS = Path(__file__).parents[2] / "reproductions"
FILES = sorted(REPRODUCTIONS.glob("*.yaml"))
Isoglot = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_specification_is_one_and_expects_what_it_trains(path: Path) -> None:
    spec = read_spec(path)
    cells = cells_of(spec)
    systems = {cell.system for cell in cells} | {f"untrained {cell.recipe.model}" for cell in cells}
    assert spec.expected.keys() <= systems
    evaluated = {name.partition("=")[0] for name in spec.evaluate}
    assert all(own.keys() <= evaluated for own in spec.expected.values())
    measures = {m for own in spec.expected.values() for each in own.values() for found in each.values() for m in found}
    assert spec.tolerance.keys() == measures


def test_the_plan_of_the_paper_needs_neither_its_data_nor_a_network(
    isoglot: Isoglot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = isoglot("experiment", REPRODUCTIONS / "paper.yaml", "--out", "runs", "--dry-run")
    assert (code, err) == (0, "")
    assert "6 trainings" in out
    assert "Time and disk cannot be told: data/paper/mmarco.jsonl.gz" in " ".join(out.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"evaluate": ["worldfacts/held-out", "xquad-q"]}, "There is no collection 'xquad-q'"),
        ({"evaluate": ["gone.jsonl"]}, "gone.jsonl does not exist; check the path."),
        ({"corrections": ["lir"], "corrections_fit": "gone.jsonl"}, "gone.jsonl does not exist; check the path."),
        ({"grid": [{"strategy": []}]}, "grid.0.strategy is []"),
    ],
)
def test_what_is_not_there_is_told_before_anything_is_trained(
    isoglot: Isoglot, tmp_path: Path, changed: dict[str, object], sentence: str
) -> None:
    fields = yaml.safe_load((REPRODUCTIONS / "worldfacts.yaml").read_text(encoding="utf-8"))
    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(fields | {"expected": {}} | changed), encoding="utf-8")
    code, _, err = isoglot("experiment", tmp_path / "spec.yaml", "--out", tmp_path / "run")
    assert code == 2
    assert sentence in err
    assert not (tmp_path / "run").exists()


def test_facts_are_reproduced(isoglot: Isoglot, tmp_path: Path) -> None:
    """The hybrid cell of worldfacts.yaml: plan, training, evaluation, statistics, claims, page and check."""
    fields = yaml.safe_load((REPRODUCTIONS / "worldfacts.yaml").read_text(encoding="utf-8"))
    fields["grid"] = [{"strategy": ["hybrid"]}]
    fields["expected"] = {"hybrid": fields["expected"]["hybrid"]}
    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(fields), encoding="utf-8")
    code, out, err = isoglot("experiment", tmp_path / "spec.yaml", "--out", tmp_path / "run", "--check")
    assert (code, err) == (0, "")
    assert "Estimated from a probe of isoglot/static" in " ".join(out.split())
    assert out.count(": expected ") == 4
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {"report.html", "claims.json", "comparisons.json"}
    claims = {claim["id"]: claim["verdict"] for claim in json.loads((tmp_path / "run" / "claims.json").read_text())}
    assert claims["map-is-reported"] == "supported"
