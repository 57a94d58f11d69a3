"""What the finished cells of an experiment found, by collection and system."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isoglot.data.sources.jsonl import read_json
from isoglot.evaluation.files import PER_QUERY, SCORES
from isoglot.evaluation.statistics.reading import read_system
from isoglot.evaluation.statistics.system import System
from isoglot.experiments.grid.cells import Cell
from isoglot.experiments.grid.folder import CellFolder
from isoglot.experiments.grid.spec import Spec
from isoglot.experiments.grid.work import work_of


@dataclass(frozen=True)
class Results:
    """The evaluations of one system on one collection, one folder for each training seed.

    Args:
        system: what is trained, or the baseline; with its correction, if there is one.
        collection: its name.
        folders: where the evaluations lie.
    """

    system: str
    collection: str
    folders: tuple[Path, ...]

    @property
    def scores(self) -> list[dict[str, Any]]:
        """The content of `scores.json` of each seed."""
        return [read_json(folder / SCORES) for folder in self.folders]

    def read(self) -> System:
        """The per-query tables, for comparisons."""
        return read_system(self.system, self.folders)


def results_of(spec: Spec, cells: list[Cell], out: Path) -> list[Results]:
    """Everything that is finished, in the order of the specification."""
    trained = {CellFolder.of_cell(out, cell).path: cell.system for cell in cells}
    found: dict[tuple[str, str], list[Path]] = {}
    for work in work_of(spec, cells, out):
        system = trained.get(work.folder.path, work.name)
        for variant, folder in _evaluations(spec, work.folder):
            collection = read_json(folder / SCORES)["collection"]
            found.setdefault((f"{system}{variant}", collection), []).append(folder)
    return [Results(system, collection, tuple(folders)) for (system, collection), folders in found.items()]


def _evaluations(spec: Spec, folder: CellFolder) -> Iterator[tuple[str, Path]]:
    """The finished evaluations in a folder: the correction as a suffix of the system's name, and where it lies."""
    for collection in spec.evaluate:
        place = folder.evaluation(collection)
        if not (place / SCORES).is_file():
            continue
        members = (
            [place] if (place / PER_QUERY).is_file() else sorted(path.parent for path in place.glob(f"*/{SCORES}"))
        )
        for member in members:
            yield "", member
            for kind in spec.corrections:
                if (member / kind / SCORES).is_file():
                    yield f" + {kind}", member / kind
