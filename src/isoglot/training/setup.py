"""From a recipe to a trainer: its collections, plan, model and arguments."""

from pathlib import Path

import torch
from rich.console import Console
from sentence_transformers import SentenceTransformerTrainingArguments
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback, set_seed

from isoglot.batches import Plan, strategy_named
from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.data.split import split_topics
from isoglot.errors import RequestError, unknown
from isoglot.models.load import load_model
from isoglot.training.callbacks import ShowProgress, StopOnSignal
from isoglot.training.dev import DevEvaluator
from isoglot.training.loss import InBatchInfoNCE
from isoglot.training.recipe import Recipe
from isoglot.training.trainer import BatchReader, PlannedSteps, PlanTrainer

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
) -> tuple[PlanTrainer, StopOnSignal]:
    """The trainer of a recipe, and the callback that tells whether it was stopped.

    Args:
        recipe: what to train.
        train_parts: the collections without their dev topics.
        dev_parts: the dev topics, empty for no evaluation.
        checkpoints: where checkpoints go.
        console: shows the progress.

    Raises:
        RequestError: the plan or the model cannot be had.
    """
    set_seed(recipe.seed)
    plan = Plan(
        train_parts,
        strategy_named(recipe.strategy, recipe.alpha),
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        gamma=recipe.gamma,
        language_weights=recipe.language_weights,
        negatives=recipe.negatives,
    )
    plan.check(recipe.steps)
    model = load_model(
        recipe.model,
        pooling=recipe.pooling,
        query_prompt=recipe.query_prompt,
        passage_prompt=recipe.passage_prompt,
        max_length=recipe.max_length,
        texts=lambda: (text for part in train_parts for text in part.texts),
        seed=recipe.seed,
    )
    arguments = _arguments(recipe, checkpoints, bool(dev_parts))
    stop = StopOnSignal()
    callbacks: list[TrainerCallback] = [ShowProgress(recipe.strategy, console, recipe.batch_size), stop]
    if recipe.patience is not None:
        callbacks.append(EarlyStoppingCallback(recipe.patience))
    trainer = PlanTrainer(
        model=model,
        args=arguments,
        train_dataset=PlannedSteps(plan, recipe.steps, arguments.process_index, arguments.world_size),
        data_collator=BatchReader(model, train_parts),
        loss=InBatchInfoNCE(model, recipe.temperature, symmetric=recipe.symmetric),
        evaluator=DevEvaluator(dev_parts) if dev_parts else None,
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer, stop


def _arguments(recipe: Recipe, checkpoints: Path, has_dev: bool) -> SentenceTransformerTrainingArguments:
    strategy = "steps" if has_dev else "no"
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(checkpoints),
        max_steps=recipe.steps,
        learning_rate=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        warmup_steps=recipe.warmup,
        lr_scheduler_type=recipe.scheduler,
        max_grad_norm=recipe.max_gradient_norm,
        bf16=recipe.bf16,
        seed=recipe.seed,
        eval_strategy=strategy,
        eval_steps=recipe.eval_steps,
        save_strategy="steps",
        save_steps=recipe.eval_steps,
        save_total_limit=2,  # with 1 a stopped run would lose the last checkpoint to the best one
        restore_callback_states_from_checkpoint=True,
        load_best_model_at_end=has_dev,
        metric_for_best_model="eval_score" if has_dev else None,
        greater_is_better=True,
        logging_steps=max(1, min(10, recipe.steps // 20)),
        disable_tqdm=True,
        report_to=recipe.report_to,
        use_cpu=not torch.cuda.is_available(),
    )
    arguments.per_device_train_batch_size = recipe.batch_size // arguments.world_size
    return arguments
