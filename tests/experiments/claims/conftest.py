"""One small experiment for all tests of claims: made-up vectors, and trainings that left true records."""

import json
from pathlib import Path

import pytest
from reports.sample import build, cut

from isoglot.experiments.claims.evidence import Evidence
from isoglot.experiments.grid.cells import cells_of
from isoglot.experiments.grid.folder import CellFolder
from isoglot.experiments.grid.spec import Spec
from isoglot.training.record import request_record
from isoglot.training.setup import open_training_collections
from toys import write_parallel_qa

LANGUAGES = ["de", "el", "en", "fr"]  # el is not in training
LEAKAGE = {"checked": True, "clean": True, "statement": "No text of worldfacts/held-out is in toy."}


@pytest.fixture(scope="session")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spec, Path]:
    """Hybrid, cross-lingual and monolingual trainings on two data sets of 60 and 20 topics, all evaluated."""
    folder = tmp_path_factory.mktemp("claims") / "experiment"
    data = folder.parent
    fields = {
        "recipe": {
            "model": "isoglot/static",
            "train": [str(write_parallel_qa(data / f"{size}.jsonl", size)) for size in (60, 20)],
            "batch_size": 4,
            "steps": 240,
            "dev_topics": 0,
        },
        "grid": [{"strategy": ["hybrid", "cross-lingual", "monolingual"], "seed": [0, 1, 2]}],
        "corrections": [],
        "corrections_fit": None,
    }
    spec = build(folder, cut(24, LANGUAGES), fields=fields)
    for cell in cells_of(spec):
        own = CellFolder.of_cell(folder, cell)
        parts, _ = open_training_collections(cell.recipe)
        (own.path / "model" / "training.json").write_text(json.dumps(request_record(cell.recipe, parts, [])))
        change_scores(own, leakage=LEAKAGE)
    return spec, folder


@pytest.fixture(scope="session")
def evidence(experiment: tuple[Spec, Path]) -> Evidence:
    """What it found."""
    spec, folder = experiment
    return Evidence.of(spec, cells_of(spec), folder)


def change_scores(folder: CellFolder, **fields: object) -> None:
    """Replace entries of the `scores.json` of a cell."""
    for path in (folder.path / "evaluations").rglob("scores.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
