"""Several workers (`torchrun`, `accelerate launch`) as one: what they agree on, who does it and who tells it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list

from isoglot.errors import IsoglotError, RequestError

# Others wait while the first worker encodes a collection with the teacher, or scores the dev topics: longer than the
# ten to thirty minutes after which PyTorch takes a worker for lost. One that is lost is told by the launcher.
LONGEST_WAIT = timedelta(days=1)


class WorkerError(IsoglotError):
    """The work failed in this worker, and not in all; it tells that itself."""


def join_workers() -> None:
    """Meet the other workers that a launcher started; without this, those on a CPU would not know of each other."""
    PartialState(cpu=not torch.cuda.is_available(), timeout=LONGEST_WAIT)


def is_left_alone() -> bool:
    """Whether `accelerate launch` was asked for several workers and started this one only, as it does on a CPU.

    It then gives the place where they would meet, and no rank.
    """
    return PartialState().num_processes == 1 and {"ACCELERATE_USE_CPU", "MASTER_PORT"} <= os.environ.keys()


def check_workers(batch_size: int) -> None:
    """Refuse a number of workers that the global batch does not divide by.

    Raises:
        RequestError: it does not.
    """
    workers = PartialState().num_processes
    if batch_size % workers:
        raise RequestError(f"a batch of {batch_size} does not divide by {workers} workers; choose a multiple.")


@contextmanager
def one_voice() -> Iterator[None]:
    """Leave errors that all workers meet to the main process; the others exit with the same code and say nothing."""
    try:
        yield
    except WorkerError:
        raise
    except IsoglotError as problem:
        if PartialState().is_main_process:
            raise
        raise SystemExit(problem.exit_code) from problem


def in_main_process(work: Callable[[], None]) -> None:
    """Do something in the main process while the others wait; an error of it is raised in all workers.

    Raises:
        IsoglotError: what `work` raises.
    """
    problem = None
    if PartialState().is_main_process:
        try:
            work()
        except IsoglotError as raised:
            problem = raised
    [problem] = broadcast_object_list([problem])
    if problem is not None:
        raise problem
