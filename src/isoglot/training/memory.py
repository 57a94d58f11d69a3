"""Memory: one sentence where it is not there, and chunks that do not leave it in pieces."""

import ctypes
import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from isoglot.training.recipe import Recipe
from isoglot.training.workers import WorkerError

# What PyTorch and the C++ below it say where the machine has no more.
SAID = ("can't allocate memory", "Cannot allocate memory", "bad_alloc")

# Of mallopt in glibc's malloc.h: blocks of more bytes are mapped by themselves, and given back when they are freed.
MAPPED_FROM, LARGE = -3, 4 * 2**20


def give_back_large_blocks() -> None:
    """Have this process give freed memory back at once, which keeps gradient caching flat in the batch size.

    Chunks differ a little in size, and glibc keeps what is freed between them, in ever more pieces. Costs time: the
    system clears what is taken anew. Does nothing where there is no glibc.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(MAPPED_FROM, LARGE)


@contextmanager
def enough_memory(advice: str) -> Iterator[None]:
    """Turn want of memory into one sentence.

    Args:
        advice: what needs less memory; it follows "out of memory".

    Raises:
        WorkerError: this worker ran out of memory.
    """
    try:
        yield
    except WorkerError:
        raise
    except Exception as problem:
        if not (is_out_of_memory(problem) or is_out_of_memory(problem.__cause__)):
            raise
        raise WorkerError(f"out of memory{advice}.") from problem


def is_out_of_memory(problem: BaseException | None) -> bool:
    """Whether an error says that memory, of a device or of the machine, is used up."""
    if isinstance(problem, OSError):
        return problem.errno == errno.ENOMEM
    return isinstance(problem, torch.OutOfMemoryError | MemoryError) or any(said in str(problem) for said in SAID)


def to_begin(recipe: Recipe) -> str:
    """For `enough_memory` around what a training begins and ends with."""
    teacher = "" if recipe.teacher is None else f", or train without the teacher {recipe.teacher}"
    return (
        f": {recipe.model} and the texts of {', '.join(recipe.train)} do not fit; trim the model "
        f"(isoglot trim) or take a smaller one, give fewer collections (--train) or languages (--languages){teacher}"
    )


def to_step(recipe: Recipe) -> str:
    """For `enough_memory` around the steps of a training and its checkpoints."""
    learning = "let less of the model learn (--freeze, --lora-rank)"
    if recipe.chunk_tokens is None:
        fewer = f"add --chunk-tokens 4096 for the same batch in less memory, lower --batch-size ({recipe.batch_size})"
    else:
        fewer = f"lower --chunk-tokens ({recipe.chunk_tokens}) or --batch-size ({recipe.batch_size})"
    return f" while training: {fewer}, or {learning}"
