"""One contender of `training.py`: trains some steps in a process of its own and prints what it measured as JSON."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from datasets import Dataset
from rich.console import Console
from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.sentence_transformer.losses import (
    CachedMultipleNegativesRankingLoss,
    MultipleNegativesRankingLoss,
)
from torch.utils.flop_counter import FlopCounterMode
from transformers import Trainer, TrainerCallback, set_seed

from isoglot.batches import Plan, strategy_named
from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.models.load import load_model
from isoglot.models.roles import prompt_of
from isoglot.training.recipe import Recipe
from isoglot.training.rowwise import make_rowwise
from isoglot.training.setup import build_trainer
from plain_use_m3 import PlainNetwork

MINI_BATCH = 32
PLAIN = "sentence-transformers, plain layers"


class InOrder(DefaultBatchSampler):
    """Rows in the order of the data set."""

    def __init__(self, dataset: Dataset, batch_size: int, **_: Any) -> None:
        self.rows, self.size = len(dataset), batch_size

    def __iter__(self) -> Iterator[list[int]]:
        return iter(list(range(first, first + self.size)) for first in range(0, self.rows, self.size))

    def __len__(self) -> int:
        return self.rows // self.size


class Clock(TrainerCallback):
    """Notes when each step ended and how much memory had been used by then, and watches a trainer's losses and waits.

    Args:
        trainer: its steps and its waits for batches are timed.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.ends: list[float] = []
        self.processor: list[float] = []
        self.losses: list[torch.Tensor] = []
        self.waits: list[float] = []
        self.memory = 0
        self.step, self.wait = trainer.training_step, trainer.get_batch_samples
        trainer.training_step, trainer.get_batch_samples = self.training_step, self.get_batch_samples
        trainer.add_callback(self)

    def training_step(self, *arguments: Any) -> torch.Tensor:
        """A step, whose loss is kept."""
        loss = self.step(*arguments)
        self.losses.append(loss.detach().clone())
        return loss

    def get_batch_samples(self, *arguments: Any) -> Any:
        """A batch, and the time it took to come."""
        started = time.perf_counter()
        batch = self.wait(*arguments)
        self.waits.append(time.perf_counter() - started)
        return batch

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Note time and memory."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.ends.append(time.perf_counter())
        self.processor.append(time.process_time())
        self.memory = peak_memory()


def peak_memory() -> int:
    """Bytes used at most so far, on the GPU where there is one."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def theirs(recipe: Recipe, collection: Collection, folder: Path, *, plain: bool = False) -> SentenceTransformerTrainer:
    """sentence-transformers' trainer on the batches of the plan; `plain`: isoglot/use-m3 without isoglot's packing."""
    set_seed(recipe.seed)
    model = load_model(recipe.model, texts=lambda: collection.texts, seed=recipe.seed)
    make_rowwise(model, rowwise=False)
    if plain:
        model[0].network.__class__ = PlainNetwork
    plan = Plan([collection], strategy_named(recipe.strategy), batch_size=recipe.batch_size, seed=recipe.seed)
    batches = [plan.batch(step) for step in range(recipe.steps)]
    queries, passages = collection.query_texts, collection.passage_texts
    rows = {
        "anchor": [queries[row] for batch in batches for row in batch.queries],
        "positive": [passages[row] for batch in batches for row in batch.passages],
    }
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(folder), max_steps=recipe.steps, per_device_train_batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate, weight_decay=recipe.weight_decay, warmup_steps=recipe.warmup,
        lr_scheduler_type=recipe.scheduler, max_grad_norm=recipe.max_gradient_norm, seed=recipe.seed, bf16=recipe.bf16,
        save_strategy="no", logging_steps=10, report_to="none", disable_tqdm=True, batch_sampler=InOrder,
        prompts={"anchor": prompt_of(model, "query"), "positive": prompt_of(model, "passage")},
        use_cpu=not torch.cuda.is_available(),
    )  # fmt: skip
    scale = 1 / recipe.temperature
    if recipe.chunk_tokens:
        loss = CachedMultipleNegativesRankingLoss(model, scale=scale, mini_batch_size=MINI_BATCH)
    else:
        loss = MultipleNegativesRankingLoss(model, scale=scale)
    return SentenceTransformerTrainer(model=model, args=arguments, train_dataset=Dataset.from_dict(rows), loss=loss)


def ours(recipe: Recipe, collection: Collection, folder: Path) -> Trainer:
    """Isoglot's trainer, as `isoglot train` builds it."""
    return build_trainer(recipe, [collection], [], folder / "checkpoints", Console(quiet=True))


TRAINERS: dict[str, Callable[[Recipe, Collection, Path], Trainer]] = {
    "sentence-transformers": theirs,
    PLAIN: partial(theirs, plain=True),
    "isoglot": ours,
    "isoglot, dense updates": ours,
}


def differences(times: list[float]) -> list[float]:
    """Seconds from each time to the next."""
    return [after - before for before, after in pairwise(times)]


def measure(contender: str, recipe: Recipe, data: str) -> dict[str, Any]:
    """Train, and tell what every step took and gave, peak memory and floating point operations."""
    collection = open_collection(data)
    with TemporaryDirectory() as folder:
        started = time.perf_counter()
        trainer = TRAINERS[contender](recipe, collection, Path(folder))
        built = time.perf_counter() - started
        clock = Clock(trainer)
        with FlopCounterMode(display=False) if torch.cuda.is_available() else TemporaryDirectory() as counter:
            trainer.train()
    return {
        "built": built,
        "steps": differences(clock.ends),
        "processor": differences(clock.processor),
        "waits": clock.waits[1 : len(clock.ends)],
        "losses": [float(loss) for loss in clock.losses],
        "memory": clock.memory,
        "operations": counter.get_total_flops() / recipe.steps if isinstance(counter, FlopCounterMode) else None,
    }


if __name__ == "__main__":
    contender, recipe, data = sys.argv[1:]
    print(json.dumps(measure(contender, Recipe.model_validate_json(recipe), data)))
