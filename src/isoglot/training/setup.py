"""From a recipe to a trainer: its collections, plan, model and arguments."""

from pathlib import Path

from rich.console import Console
from transformers import PrinterCallback, TrainerCallback, set_seed

from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.data.split import split_topics
from isoglot.errors import RequestError, unknown
from isoglot.training.arguments import arguments_of
from isoglot.training.callbacks import Patience, ShowProgress
from isoglot.training.dev import DevEvaluator
from isoglot.training.memory import give_back_large_blocks
from isoglot.training.parts import objective_of, plan_of, student_of, teacher_of
from isoglot.training.reading import BatchReader, rows_to_read
from isoglot.training.recipe import Recipe
from isoglot.training.trainer import PlannedSteps, PlanTrainer

DEV_TOPICS, DEV_SHARE = 100, 10


def open_training_collections(recipe: Recipe) -> tuple[list[Collection], list[Collection]]:
    """The collections to train on without their dev topics, and the dev topics of each.

    Raises:
        RequestError: a collection is for evaluation only, unknown, or left empty by the recipe.
    """
    collections = [open_collection(name) for name in recipe.train]
    _check_languages(recipe, collections)
    train_parts, dev_parts = [], []
    for collection in collections:
        if collection.evaluation_only:
            raise RequestError(f"{collection.name} is for evaluation only; train on another collection.")
        part = collection.select_languages(recipe.languages) if recipe.languages else collection
        dev_topics = _default_dev_topics(part) if recipe.dev_topics is None else recipe.dev_topics
        rest, dev = split_topics(part, dev_topics) if dev_topics else (part, None)
        train_parts.append(rest)
        dev_parts += [dev] if dev else []
    return train_parts, dev_parts


def _default_dev_topics(collection: Collection) -> int:
    return min(DEV_TOPICS, len(collection.topics) // DEV_SHARE)


def _check_languages(recipe: Recipe, collections: list[Collection]) -> None:
    known = sorted({language for collection in collections for language in collection.languages})
    for language in recipe.languages or ():
        if language not in known:
            raise unknown("language", language, known)


def build_trainer(
    recipe: Recipe, train_parts: list[Collection], dev_parts: list[Collection], checkpoints: Path, console: Console
) -> PlanTrainer:
    """The trainer of a recipe.

    Args:
        recipe: what to train.
        train_parts: the collections without their dev topics.
        dev_parts: the dev topics, empty for no evaluation.
        checkpoints: where checkpoints go.
        console: shows the progress.

    Raises:
        RequestError: the plan or the model cannot be had.
    """
    if recipe.chunk_tokens is not None:
        give_back_large_blocks()
    set_seed(recipe.seed)
    plan = plan_of(recipe, train_parts)
    plan.check(recipe.steps)
    rows = rows_to_read(plan, recipe.steps, train_parts)
    model = student_of(recipe, train_parts)
    teacher = teacher_of(recipe, train_parts, rows)
    arguments = arguments_of(recipe, checkpoints, has_dev=bool(dev_parts))
    callbacks: list[TrainerCallback] = [ShowProgress(recipe.strategy, console)]
    if recipe.patience is not None:
        callbacks.append(Patience(recipe.patience))
    trainer = PlanTrainer(
        model=model,
        args=arguments,
        train_dataset=PlannedSteps(plan, recipe.steps, arguments.process_index, arguments.world_size),
        data_collator=BatchReader(model, train_parts, rows, checkpoints.parent / "tokens", teacher),
        loss=objective_of(recipe, model, teacher),
        evaluator=DevEvaluator(dev_parts) if dev_parts else None,
        callbacks=callbacks,
        chunk_tokens=recipe.chunk_tokens,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer
