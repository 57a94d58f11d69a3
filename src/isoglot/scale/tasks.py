"""A work on many things as Ray tasks: what a worker that died was at is done again by another."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import ray
from ray.exceptions import RayError, RayTaskError

from isoglot.errors import IsoglotError

# Times that a work is started again whose worker died.
RETRIES = 5
# Things that are on their way to a processor or on it, for each processor; more would only fill memory.
ON_THE_WAY = 2

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def processors() -> int:
    """Processors of the whole cluster."""
    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def on_each(work: Callable[[Thing], Result], things: Iterable[Thing]) -> Iterator[Result]:
    """Do a work, a pure function, on each thing, on whatever worker is free; results come as they are ready.

    Raises:
        IsoglotError: what the work raised, or it was tried again and again and every worker died of it.
    """
    task = ray.remote(max_retries=RETRIES)(_apply)
    shared = ray.put(work)
    pending: list[Any] = []
    with plain_errors():
        for thing in things:
            pending.append(task.remote(shared, thing))
            if len(pending) >= ON_THE_WAY * processors():
                ready, pending = ray.wait(pending)
                yield ray.get(ready[0])
        while pending:
            ready, pending = ray.wait(pending)
            yield ray.get(ready[0])


def _apply(work: Callable[[Thing], Result], thing: Thing) -> Result:
    return work(thing)


@contextmanager
def plain_errors() -> Iterator[None]:
    """What a worker raised is raised as if it had happened here; that the cluster failed is said in one sentence.

    Raises:
        IsoglotError: see above.
    """
    try:
        yield
    except RayTaskError as problem:
        for cause in _causes(problem.cause):
            if isinstance(cause, IsoglotError):
                raise cause from problem
        raise IsoglotError(f"a worker failed: {_last_line(problem)}") from problem
    except RayError as problem:
        raise IsoglotError(f"the Ray cluster gave up: {_last_line(problem)}") from problem


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    """What was raised in the worker, before Ray wrapped it."""
    while problem is not None:
        if not isinstance(problem, RayTaskError):  # which takes on the type of what it wraps
            yield problem
        problem = getattr(problem, "cause", None) or problem.__cause__


def _last_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[-1].strip()
