"""Want of memory, wherever it comes, is one sentence that names what needs less."""

import errno
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from isoglot.errors import IsoglotError
from isoglot.training import dev, run, setup
from isoglot.training.memory import enough_memory
from isoglot.training.recipe import Recipe, write_recipe
from isoglot.training.run import train
from isoglot.training.workers import WorkerError
from training.workers import at_steps, command, run_workers

Recipes = Callable[..., Recipe]
PROBLEMS = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you"),
    RuntimeError("std::bad_alloc"),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
    MemoryError(),
]


def told(recipe: Recipe, out: Path) -> str:
    with pytest.raises(WorkerError) as caught:
        train(recipe, out)
    assert "\n" not in str(caught.value)
    assert list(out.parent.iterdir()) == []
    return str(caught.value)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(
    ("chunk_tokens", "advice"),
    [(None, "add --chunk-tokens 4096"), (64, "lower --chunk-tokens (64) or --batch-size (6)")],
)
def test_in_a_step(
    problem: Exception, chunk_tokens: int | None, advice: str, toy_recipe: Recipes, tmp_path: Path
) -> None:
    def fail(step: int) -> None:
        raise problem

    with at_steps(fail):
        said = told(toy_recipe(chunk_tokens=chunk_tokens), tmp_path / "out")
    assert said.startswith("out of memory while training: ")
    assert advice in said


def test_more_than_any_machine_has(toy_recipe: Recipes, tmp_path: Path) -> None:
    with at_steps(lambda step: torch.empty(2**55).fill_(1)):
        assert "--chunk-tokens" in told(toy_recipe(), tmp_path / "out")


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(
    ("place", "name"), [(run, "open_training_collections"), (setup, "student_of"), (setup, "BatchReader")]
)
def test_before_the_first_step(
    place: Any,
    name: str,
    problem: Exception,
    toy_recipe: Recipes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise problem

    monkeypatch.setattr(place, name, fail)
    recipe = toy_recipe()
    said = told(recipe, tmp_path / "out")
    assert said.startswith(f"out of memory: isoglot/static and the texts of {recipe.train[0]} ")
    assert "--train" in said
    assert "--chunk-tokens" not in said


def test_while_scoring_dev_topics(toy_recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(dev, "evaluate", fail)
    said = told(toy_recipe(), tmp_path / "out")
    assert said == "out of memory while scoring the dev topics: hold back fewer of them (--dev-topics)."


def test_another_failure_is_none_of_memory() -> None:
    with pytest.raises(IsoglotError, match="cannot be loaded") as caught, enough_memory(" here"):
        raise IsoglotError("it cannot be loaded.") from OSError(errno.ENOENT, "no such file")
    assert not isinstance(caught.value, WorkerError)


def test_a_model_that_another_sentence_says_cannot_be_loaded() -> None:
    with pytest.raises(WorkerError, match="out of memory here"), enough_memory(" here"):
        raise IsoglotError("it cannot be loaded.") from MemoryError()


def with_little_memory(arguments: list[str]) -> tuple[int | str | None, str]:
    """A command in a process that may hold some megabytes more than it does."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + 2**26
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return command(arguments)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and a limit on the address space")
def test_a_model_larger_than_the_memory_there_is(toy_recipe: Recipes, tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(write_recipe(toy_recipe(model="isoglot/use-m3")), encoding="utf-8")
    arguments = ["train", str(tmp_path / "recipe.yaml"), "--out", str(tmp_path / "out")]
    [(code, said)] = run_workers(1, with_little_memory, arguments)
    assert code == 1
    assert said.startswith("isoglot: out of memory: isoglot/use-m3 and the texts of ")
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.yaml"]


KEPT = """
import resource, sys
import torch
from isoglot.training.memory import give_back_large_blocks
if sys.argv[1] == "given back":
    give_back_large_blocks()
first = torch.ones(30 * 2**18)  # once freed, glibc keeps blocks of its size
del first
blocks = [torch.ones(8 * 2**18) for _ in range(20)]
blocks = blocks[-1:]  # the last one holds the end of the heap
print(int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the allocator of Linux is asked")
def test_freed_blocks_go_back_to_the_system_between_chunks() -> None:
    held = {}
    for how in ("kept", "given back"):
        done = subprocess.run([sys.executable, "-c", KEPT, how], check=True, capture_output=True, text=True)
        held[how] = int(done.stdout)
    assert held["kept"] - held["given back"] > 100 * 2**20
