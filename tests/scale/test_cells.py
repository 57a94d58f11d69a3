"""Cells of an experiment by workers: what fails is told, who dies is replaced, and nothing runs twice at once."""

import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from isoglot.experiments.grid.folder import CellFolder
from isoglot.experiments.grid.run import run_all
from isoglot.experiments.grid.work import Step, Work

pytest.importorskip("isoglot.scale.cluster", reason="needs the extra scale: Ray is not installed", exc_type=ImportError)

from isoglot.scale.cells import launcher, processors_of_each

# The worker is the parent of the process that holds the tether, which is the parent of this one.
KILLS_ITS_WORKER = """
import os, signal, sys, time
from pathlib import Path
marker, ended = map(Path, sys.argv[1:])
if marker.exists():
    assert ended.exists(), "the first attempt still runs"
    print("done")
    sys.exit()
def end(*_):
    time.sleep(1)
    ended.touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
marker.touch()
stat = Path(f"/proc/{os.getppid()}/stat").read_text()
os.kill(int(stat.rpartition(")")[2].split()[1]), signal.SIGKILL)
time.sleep(60)
"""


class Command(Step):
    """A step that is no command of isoglot."""

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-c", *self.arguments]


def work(folder: Path, name: str, *arguments: str) -> Work:
    result = folder / name / "result"
    return Work(name, CellFolder(folder / name, ""), [Command([*arguments, str(result)], result)])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the worker in /proc")
def test_a_killed_worker_is_replaced_once_its_command_has_ended(cluster: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLS_ITS_WORKER, str(tmp_path / "died"), str(tmp_path / "ended")]
    assert launcher(1)(command, tmp_path / "log.txt") == 0
    assert (tmp_path / "log.txt").read_text() == "done\n"


def test_a_failed_cell_is_told_and_the_others_go_on(cluster: str, tmp_path: Path) -> None:
    writes = "import sys; open(sys.argv[1], 'w')"
    works = [work(tmp_path, "fails", "import sys; sys.exit('no such collection')"), work(tmp_path, "works", writes)]
    failures = run_all(works, 2, Console(file=StringIO()), launcher(2))
    assert [(failure.name, failure.sentence) for failure in failures] == [("fails", "no such collection")]
    assert works[1].is_done


def test_cells_share_the_processors(cluster: str) -> None:
    assert [processors_of_each(jobs) for jobs in (1, 2, 4)] == [2, 2, 1]  # two machines of two
