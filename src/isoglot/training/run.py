"""A training run: from a recipe to a model folder, resumable until it is finished."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

from accelerate import PartialState
from rich.console import Console
from sentence_transformers import SentenceTransformer

from isoglot.errors import IsoglotError, RequestError
from isoglot.files import beside, check_output, replace_folder, write_text
from isoglot.training.adapt.lora import merge_lora
from isoglot.training.checkpoints import drop_cut_off, last_checkpoint, step_of
from isoglot.training.curve import loss_curve
from isoglot.training.failures import FAILED_BATCH, explained
from isoglot.training.memory import enough_memory, to_begin, to_step
from isoglot.training.recipe import Recipe
from isoglot.training.record import RECORD, differences, measured_record, request_record, write_model
from isoglot.training.setup import build_trainer, open_training_collections
from isoglot.training.trackers import check_tracker, keep_logs
from isoglot.training.trainer import PlanTrainer
from isoglot.training.workers import check_workers, in_main_process, is_left_alone, join_workers, one_voice

CHECKPOINTS = "checkpoints"
LEFT_ALONE = (
    "Training with one worker: accelerate launch started no other one; use torchrun --nproc-per-node N, or add "
    "--multi_gpu, which without a GPU does for processors."
)


def train(recipe: Recipe, out: Path, *, overwrite: bool = False, console: Console | None = None) -> SentenceTransformer:
    """Train what the recipe says and write the model to `out`, an ordinary sentence-transformers folder.

    Until it is finished the run lives beside `out`; the same recipe goes on from its last checkpoint, on any number of
    workers. An error that all workers meet is raised in the main process; the others exit with its code.

    Raises:
        RequestError: the recipe cannot be trained, or `out` is in use.
        IsoglotError: the run was stopped or failed in a step, or the model cannot be loaded.
    """
    join_workers()
    with one_voice(), enough_memory(to_begin(recipe)):
        check_workers(recipe.batch_size)
        check_output(out, RECORD, overwrite)
        check_tracker(recipe.report_to)
        console = console or Console(stderr=True, quiet=not PartialState().is_main_process)
        if is_left_alone():
            console.print(LEFT_ALONE, soft_wrap=True)
        parts = open_training_collections(recipe)
        work = beside(out)
        in_main_process(lambda: _open_work_folder(work, request_record(recipe, *parts), overwrite))
        started = time.monotonic()
        try:
            trainer = build_trainer(recipe, *parts, work / CHECKPOINTS, console)
            with explained(trainer.train_dataset.plan, parts[0], work), enough_memory(to_step(recipe)):
                first_step = _train_on(trainer, work / CHECKPOINTS, console)
        except BaseException:
            if PartialState().is_main_process:
                _drop_if_useless(work)
            raise
        merge_lora(trainer.model)
        if trainer.is_world_process_zero():
            console.print(f"{recipe.strategy}: {loss_curve(trainer.state.log_history)}", soft_wrap=True)
            record = json.loads((work / RECORD).read_text(encoding="utf-8"))
            record |= measured_record(trainer, time.monotonic() - started, first_step)
            shutil.rmtree(work / "finished", ignore_errors=True)
            write_model(trainer.model, recipe, record, work / "finished")
            keep_logs(work / CHECKPOINTS, work / "finished")
            replace_folder(work / "finished", out, RECORD, overwrite)
            shutil.rmtree(work)
        return trainer.model


def _train_on(trainer: PlanTrainer, checkpoints: Path, console: Console) -> int:
    """Train to the end from the last checkpoint where there is one; return the step that this began at."""
    checkpoint = last_checkpoint(checkpoints)
    first_step = step_of(checkpoint) if checkpoint else 0
    if checkpoint:
        console.print(f"Going on from the checkpoint at step {first_step}.")
    try:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except BaseException:  # give back the signals and the terminal
        trainer.callback_handler.on_train_end(trainer.args, trainer.state, trainer.control)
        raise
    if trainer.stop.agreed and trainer.state.global_step < trainer.args.max_steps:
        step = f"step {trainer.state.global_step} of {trainer.args.max_steps}"
        raise IsoglotError(f"stopped at {step}; run the same command again to go on.")
    return first_step


def _open_work_folder(work: Path, record: dict[str, Any], overwrite: bool) -> None:
    """Make the folder of the unfinished run ready: kept where it is the same run, else new."""
    known = work / RECORD
    begun = _begun(known)
    differing = differences(begun, record) if begun else "what it trains is not known"
    killed_at_once = work.is_dir() and not any(work.glob("[!.]*"))
    if differing and work.exists() and not killed_at_once and not overwrite:
        raise RequestError(
            f"{work} holds an unfinished run of another recipe: {differing}; finish that one, or add --overwrite to "
            "drop it."
        )
    if differing:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    drop_cut_off(work / CHECKPOINTS)
    write_text(known, json.dumps(record))


def _begun(known: Path) -> dict[str, Any] | None:
    """The record of an unfinished run, None where there is none that can be read."""
    if not known.is_file():
        return None
    try:
        record = json.loads(known.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return record if isinstance(record, dict) and "recipe" in record else None


def _drop_if_useless(work: Path) -> None:
    """Remove an unfinished run that has neither a checkpoint nor a failed batch to look at."""
    if last_checkpoint(work / CHECKPOINTS) is None and not (work / FAILED_BATCH).is_file():
        shutil.rmtree(work, ignore_errors=True)
