"""Runs a function in several worker processes of one job, as a launcher does.

They are forked from a server that has imported everything and done nothing else: a process that has threads must not
fork.
"""

import multiprocessing
import os
import signal
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from multiprocessing.connection import Connection
from typing import Any

import pytest
import torch

from isoglot.cli import main
from isoglot.training.trainer import PlanTrainer
from isoglot.training.workers import join_workers

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["isoglot.training.run"])
SECONDS = 300


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def work(rank: int, world: int, port: int, answer: Connection, function: Callable[..., Any], arguments: tuple) -> None:
    """What a worker does: it answers with the result, or with the text of what went wrong."""
    torch.set_num_threads(1)
    if world > 1:
        place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": world, "LOCAL_WORLD_SIZE": world, "MASTER_PORT": port}
        os.environ.update({"MASTER_ADDR": "127.0.0.1", **{name: str(value) for name, value in place.items()}})
    join_workers()
    try:
        answer.send((function(*arguments), None))
    except BaseException:
        answer.send((None, traceback.format_exc()))
        raise


def run_workers(world: int, function: Callable[..., Any], *arguments: Any) -> list[Any]:
    """The result of the function in each of `world` workers; None of one that was killed."""
    port, workers = free_port(), []
    for rank in range(world):
        receiving, sending = CONTEXT.Pipe(duplex=False)
        worker = CONTEXT.Process(target=work, args=(rank, world, port, sending, function, arguments))
        worker.start()
        sending.close()
        workers.append((worker, receiving))
    try:
        return [answer_of(receiving) for _, receiving in workers]
    finally:
        for worker, _ in workers:
            worker.join(SECONDS / 50)
            worker.kill()


def answer_of(receiving: Connection) -> Any:
    assert receiving.poll(SECONDS), "a worker hangs"
    try:
        result, problem = receiving.recv()
    except EOFError:
        return None
    assert problem is None, problem
    return result


def command(arguments: list[str], *, in_step: Callable[[int], None] | None = None) -> tuple[int | str | None, str]:
    """Exit code and error of an isoglot command; `in_step` is called at the beginning of every step."""
    errors = StringIO()
    with redirect_stderr(errors), at_steps(in_step or (lambda step: None)), pytest.raises(SystemExit) as caught:
        main(arguments)
    return caught.value.code, "".join(line for line in errors.getvalue().splitlines() if line.startswith("isoglot: "))


@contextmanager
def at_steps(called: Callable[[int], None]) -> Iterator[None]:
    """Call a function with the number of every step, counted from 0, before it is trained."""
    step = PlanTrainer.training_step

    def stepping(self: PlanTrainer, *arguments: Any) -> torch.Tensor:
        called(self.state.global_step)
        return step(self, *arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(PlanTrainer, "training_step", stepping)
        yield


def signalled(step: int, number: signal.Signals = signal.SIGINT, rank: int = 0) -> Callable[[int], None]:
    """For `at_steps`: the worker of a rank sends itself a signal in a step."""

    def send(now: int) -> None:
        if now == step and int(os.environ.get("RANK", "0")) == rank:
            os.kill(os.getpid(), number)

    return send
