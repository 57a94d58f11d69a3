"""A writer that is killed at any moment leaves the old state or the new one, and a first build nothing or all."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import nursery, stores
from isoglot.search.store.store import Store, is_index

KILLS = 50
Kill = Callable[..., None]


@pytest.fixture(scope="module")
def run_and_kill() -> Iterator[Kill]:
    """Calls `nursery.run_and_kill` in a process of its own."""
    command = [sys.executable, "-W", "ignore", nursery.__file__]
    environment = os.environ | {"PYTHONPATH": str(Path(nursery.__file__).parents[1])}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:

        def run(function: str, arguments: list[str | int], seconds: float) -> None:
            print(json.dumps([function, arguments, seconds]), file=process.stdin, flush=True)
            assert process.stdout.readline() == "done\n"

        yield run
        process.stdin.close()


def test_an_update_is_there_whole_or_not_at_all(run_and_kill: Kill, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    Store.create(folder, stores.SETTINGS, [stores.rows(stores.state(0))])
    generation = 0
    for seconds in stores.random_moments(KILLS, 0.15):
        run_and_kill("change_for_ever", [str(folder), generation], seconds)
        found = stores.held(Store.open(folder))
        reached = int(next(iter(found.values()))[0].split()[-1])
        assert reached >= generation
        assert found == stores.state(reached)
        generation = reached
    assert generation > 0


def test_a_first_build_is_there_whole_or_not_at_all(run_and_kill: Kill, tmp_path: Path) -> None:
    for number, seconds in enumerate(stores.random_moments(20, 0.1)):
        folder = tmp_path / str(number)
        run_and_kill("create", [str(folder)], seconds)
        if not is_index(folder):
            Store.create(folder, stores.SETTINGS, stores.split(stores.state(0)))
        assert stores.held(Store.open(folder)) == stores.state(0)
        assert {path.name for path in folder.iterdir()} <= {"passages.lance", ".partial"}
