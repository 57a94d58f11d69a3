"""`claims.json`: every claim once, with what the report reads."""

import json
from pathlib import Path

import pytest
import yaml

from isoglot.errors import RequestError
from isoglot.experiments.claims.judge import CLAIMS, write_claims
from isoglot.experiments.claims.reading import claims_of
from isoglot.experiments.grid.cells import cells_of
from isoglot.experiments.grid.spec import Spec
from isoglot.experiments.reports.claims import read_claims as read_by_the_report

OWN = [
    {
        "id": "mine",
        "sentence": "Hybrid batches beat the start model.",
        "source": "me",
        "test": {
            "kind": "better",
            "system": "hybrid",
            "than": "untrained",
            "settings": ["monolingual", "multilingual"],
            "collections": "worldfacts/*",
        },
    }
]


@pytest.fixture(scope="module")
def written(experiment: tuple[Spec, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Spec, Path]:
    spec, folder = experiment
    own = tmp_path_factory.mktemp("own") / "own.yaml"
    own.write_text(yaml.safe_dump(OWN))
    spec = spec.model_copy(update={"claims": own})
    write_claims(spec, cells_of(spec), folder)
    return spec, folder


def test_every_claim_stands_there_once(written: tuple[Spec, Path]) -> None:
    spec, folder = written
    found = json.loads((folder / CLAIMS).read_text())
    assert [each["id"] for each in found] == [claim.id for claim in claims_of(spec.claims)]
    fields = {"id", "sentence", "source", "verdict", "confidence", "numbers", "explanation"}
    for each in found:
        assert each.keys() == fields
        assert each["verdict"] in ("supported", "refuted", "not testable with this run")
        assert each["explanation"]
        assert each["confidence"] is None or 0.95 <= each["confidence"] < 1
    verdicts = {each["id"]: each["verdict"] for each in found}
    assert verdicts["mine"] == "supported"
    assert verdicts["batches-mix-kinds"] == verdicts["evaluation-is-disjoint"] == "supported"
    assert verdicts["hybrid-best-in-pool"] == verdicts["mlqa-r-structure"] == "not testable with this run"


def test_the_same_folder_gives_the_same_file(written: tuple[Spec, Path]) -> None:
    spec, folder = written
    before = (folder / CLAIMS).read_bytes()
    write_claims(spec, cells_of(spec), folder)
    assert (folder / CLAIMS).read_bytes() == before


def test_the_report_reads_it(written: tuple[Spec, Path]) -> None:
    shown = {each["id"]: each for each in read_by_the_report(written[1])}
    assert "hybrid − untrained isoglot/static" in str(shown["mine"]["figures"])


def test_an_experiment_without_results_is_judged(experiment: tuple[Spec, Path], tmp_path: Path) -> None:
    spec, _ = experiment
    found = write_claims(spec, cells_of(spec), tmp_path)
    assert {each["verdict"] for each in found} == {"not testable with this run"}


def test_wrong_claims_are_refused(experiment: tuple[Spec, Path], tmp_path: Path) -> None:
    spec, _ = experiment
    with pytest.raises(RequestError, match="does not exist"):
        write_claims(spec.model_copy(update={"claims": tmp_path / "none.yaml"}), [], tmp_path)
    assert not (tmp_path / CLAIMS).exists()
