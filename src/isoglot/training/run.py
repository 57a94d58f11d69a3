"""A training run: from a recipe to a model folder, resumable until it is finished."""

import json
import platform
import shutil
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback, set_seed

from isoglot.batches import Plan, strategy_named
from isoglot.data import Collection
from isoglot.data.catalogue import open_collection
from isoglot.data.split import split_topics
from isoglot.errors import IsoglotError, RequestError, unknown
from isoglot.files import beside, check_output, replace_folder, write_text
from isoglot.models.load import load_model
from isoglot.training.callbacks import ShowProgress, StopOnSignal
from isoglot.training.checkpoints import drop_cut_off, last_checkpoint
from isoglot.training.curve import loss_curve
from isoglot.training.dev import DevEvaluator
from isoglot.training.loss import InBatchInfoNCE
from isoglot.training.recipe import Recipe, write_recipe
from isoglot.training.trainer import BatchReader, PlannedSteps, PlanTrainer

RECORD = "training.json"
CHECKPOINTS = "checkpoints"


def train(recipe: Recipe, out: Path, *, overwrite: bool = False, console: Console | None = None) -> SentenceTransformer:
    """Train what the recipe says and write the model to `out`, an ordinary sentence-transformers folder.

    Until it is finished the run lives beside `out`; the same recipe goes on from its last checkpoint.

    Raises:
        RequestError: the recipe cannot be trained, or `out` is in use.
        IsoglotError: the run was stopped, or the model cannot be loaded.
    """
    check_output(out, RECORD, overwrite)
    console = console or Console(stderr=True)
    train_parts, dev_parts = open_training_collections(recipe)
    record = {"recipe": recipe.model_dump(), "collections": [_about(part) for part in train_parts]}
    work = _open_work_folder(beside(out), record, overwrite)
    started = time.monotonic()
    try:
        trainer = _train_in(work, recipe, train_parts, dev_parts, console)
    except BaseException:
        if last_checkpoint(work / CHECKPOINTS) is None:
            shutil.rmtree(work, ignore_errors=True)
        raise
    record |= _measured(trainer, time.monotonic() - started)
    if trainer.is_world_process_zero():
        console.print(f"{recipe.strategy}: {loss_curve(trainer.state.log_history)}", soft_wrap=True)
        finished = _write_model(trainer.model, recipe, record, work / "finished")
        replace_folder(finished, out, RECORD, overwrite)
        shutil.rmtree(work)
    return trainer.model


def _train_in(
    work: Path, recipe: Recipe, train_parts: list[Collection], dev_parts: list[Collection], console: Console
) -> PlanTrainer:
    """Train to the end, from the last checkpoint where there is one."""
    trainer, stop = _build_trainer(recipe, train_parts, dev_parts, work, console)
    drop_cut_off(work / CHECKPOINTS)
    checkpoint = last_checkpoint(work / CHECKPOINTS)
    if checkpoint is not None:
        console.print(f"Going on from {checkpoint.name.replace('-', ' at step ')}.")
    try:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except BaseException:  # give back the signals and the terminal
        trainer.callback_handler.on_train_end(trainer.args, trainer.state, trainer.control)
        raise
    if stop.stopped and trainer.state.global_step < recipe.steps:
        raise IsoglotError(
            f"stopped at step {trainer.state.global_step} of {recipe.steps}; run the same command again to go on."
        )
    return trainer


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
        rest, dev = split_topics(part, recipe.dev_topics) if recipe.dev_topics else (part, None)
        train_parts.append(rest)
        dev_parts += [dev] if dev else []
    return train_parts, dev_parts


def _check_languages(recipe: Recipe, collections: list[Collection]) -> None:
    known = sorted({language for collection in collections for language in collection.languages})
    for language in recipe.languages or ():
        if language not in known:
            raise unknown("language", language, known)


def _about(collection: Collection) -> dict[str, Any]:
    return {"name": collection.name, "topics": len(collection.topics), "content_hash": collection.content_hash}


def _open_work_folder(work: Path, record: dict[str, Any], overwrite: bool) -> Path:
    """The folder of the unfinished run: kept where it is the same run, else new."""
    known = work / RECORD
    if known.is_file() and json.loads(known.read_text(encoding="utf-8")) == json.loads(json.dumps(record)):
        return work
    if work.exists() and not overwrite:
        raise RequestError(
            f"{work} holds an unfinished run of another recipe; finish that one, or add --overwrite to drop it."
        )
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    write_text(known, json.dumps(record))
    return work


def _build_trainer(
    recipe: Recipe, train_parts: list[Collection], dev_parts: list[Collection], work: Path, console: Console
) -> tuple[PlanTrainer, StopOnSignal]:
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
    arguments = _arguments(recipe, work, bool(dev_parts))
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


def _arguments(recipe: Recipe, work: Path, has_dev: bool) -> SentenceTransformerTrainingArguments:
    strategy = "steps" if has_dev else "no"
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(work / CHECKPOINTS),
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
        report_to="none",
        use_cpu=not torch.cuda.is_available(),
    )
    arguments.per_device_train_batch_size = recipe.batch_size // arguments.world_size
    return arguments


def _measured(trainer: PlanTrainer, seconds: float) -> dict[str, Any]:
    return {
        "seconds": round(seconds, 1),
        "best_step": trainer.state.best_global_step,
        "dev_score": trainer.state.best_metric,
        "hardware": {
            "device": str(trainer.model.device),
            "threads": torch.get_num_threads(),
            "cpu": platform.machine(),
        },
        "versions": {name: version(name) for name in ("isoglot", "sentence-transformers", "transformers", "torch")},
        "log": trainer.state.log_history,
    }


def _write_model(model: SentenceTransformer, recipe: Recipe, record: dict[str, Any], folder: Path) -> Path:
    model.save_pretrained(str(folder))
    write_text(folder / "recipe.yaml", write_recipe(recipe))
    write_text(folder / RECORD, json.dumps(record, indent=2) + "\n")
    return folder
