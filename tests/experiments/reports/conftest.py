"""One small experiment with its report, for all tests of the report."""

import io
from pathlib import Path

import pytest
from rich.console import Console

pytest.importorskip("matplotlib", reason="needs the extra report")

from isoglot.experiments.reports.content import Content, read_content
from isoglot.experiments.reports.report import write_report

from .sample import build, cut

FIELDS = {
    "name": "Hybrid <b>batches</b> & facts",
    "grid": [
        {"strategy": ["hybrid", "cross-lingual", "monolingual", "mixed", "within-batch"], "seed": [0, 1]},
        {"strategy": ["hybrid"], "alpha": [0.25], "seed": [0, 1]},
    ],
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An experiment in four languages whose within-batch trainings failed, with its report."""
    path = tmp_path_factory.mktemp("experiments") / "small"
    build(path, cut(20, ["de", "en", "es", "th"]), fields=FIELDS, unfinished="within-batch")
    write_report(path, Console(file=io.StringIO()))
    return path


@pytest.fixture(scope="session")
def content(folder: Path) -> Content:
    """What its report is made of."""
    return read_content(folder)


@pytest.fixture(scope="session")
def page(folder: Path) -> str:
    """The page."""
    return (folder / "report.html").read_text(encoding="utf-8")
