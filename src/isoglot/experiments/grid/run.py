"""Runs the work of an experiment: what is done is not done again, what fails is told, and the rest goes on."""

import os
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from isoglot.errors import IsoglotError
from isoglot.experiments.grid.folder import LOG
from isoglot.experiments.grid.work import Step, Work

TAIL_BYTES = 4096

# Runs a command, adds what it says to a file, and gives its exit code.
Launch = Callable[[list[str], Path], int]


@dataclass(frozen=True)
class Failure:
    """A cell that could not be finished.

    Args:
        name: of the cell or baseline.
        sentence: what its command said last.
        log: everything it said.
    """

    name: str
    sentence: str
    log: Path


def run_all(works: list[Work], jobs: int, console: Console, launch: Launch | None = None) -> list[Failure]:
    """Do all work, so many cells side by side; an interrupted step goes on where its own command can.

    Every step is a process of its own: one that the system kills takes no other with it. Without a `launch` it is a
    process of this machine.
    """
    todo = [work for work in works if not work.is_done]
    console.print(f"{len(works) - len(todo)} of {len(works)} cells and baselines are finished already.")
    with ThreadPoolExecutor(jobs) as threads:
        return _failures(threads.map(partial(_run, console, launch or partial(_launch_here, jobs)), todo))


def _failures(results: Iterable[Failure | None]) -> list[Failure]:
    return [result for result in results if result is not None]


def _launch_here(jobs: int, command: list[str], log: Path) -> int:
    threads = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // jobs))} if jobs > 1 else {}
    with log.open("ab") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=os.environ | threads, check=False
        )
    return done.returncode


def _run(console: Console, launch: Launch, work: Work) -> Failure | None:
    for step in work.steps:
        if step.is_done:
            continue
        console.print(f"{work.name}: isoglot {' '.join(step.arguments)}", highlight=False, soft_wrap=True)
        failure = _run_step(work, step, launch)
        if failure is not None:
            console.print(f"{work.name} failed: {failure.sentence}", highlight=False, soft_wrap=True)
            return failure
    return None


def _run_step(work: Work, step: Step, launch: Launch) -> Failure | None:
    work.folder.path.mkdir(parents=True, exist_ok=True)
    log = work.folder.path / LOG
    try:
        exit_code = launch(step.command, log)
    except IsoglotError as problem:
        return Failure(work.name, str(problem), log)
    if exit_code == 0:
        step.record()
    if exit_code == 0 or step.is_done:  # a worker may have died between the result and the word of it
        return None
    return Failure(work.name, _last_line(log) or f"ended with exit code {exit_code}", log)


def _last_line(log: Path) -> str:
    text = log.read_bytes()[-TAIL_BYTES:].decode("utf-8", errors="replace").strip()
    return text.splitlines()[-1] if text else ""
