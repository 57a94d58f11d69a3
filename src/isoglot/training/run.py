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
from isoglot.training.callbacks import StopOnSignal
from isoglot.training.checkpoints import drop_cut_off, last_checkpoint
from isoglot.training.curve import loss_curve
from isoglot.training.recipe import Recipe
from isoglot.training.record import RECORD, measured_record, request_record, write_model
from isoglot.training.setup import build_trainer, open_training_collections
from isoglot.training.trainer import PlanTrainer

CHECKPOINTS = "checkpoints"


def train(recipe: Recipe, out: Path, *, overwrite: bool = False, console: Console | None = None) -> SentenceTransformer:
    """Train what the recipe says and write the model to `out`, an ordinary sentence-transformers folder.

    Until it is finished the run lives beside `out`; the same recipe goes on from its last checkpoint.

    Raises:
        RequestError: the recipe cannot be trained, or `out` is in use.
        IsoglotError: the run was stopped, or the model cannot be loaded.
    """
    check_output(out, RECORD, overwrite)
    console = console or Console(stderr=True, quiet=not PartialState().is_main_process)
    train_parts, dev_parts = open_training_collections(recipe)
    record = request_record(recipe, train_parts, dev_parts)
    work = beside(out)
    with PartialState().main_process_first():
        _open_work_folder(work, record, overwrite)
    started = time.monotonic()
    try:
        trainer, stop = build_trainer(recipe, train_parts, dev_parts, work / CHECKPOINTS, console)
        first_step = _train_on(trainer, stop, work / CHECKPOINTS, console)
    except BaseException:
        if last_checkpoint(work / CHECKPOINTS) is None and PartialState().is_main_process:
            shutil.rmtree(work, ignore_errors=True)
        raise
    if trainer.is_world_process_zero():
        console.print(f"{recipe.strategy}: {loss_curve(trainer.state.log_history)}", soft_wrap=True)
        record |= measured_record(trainer, time.monotonic() - started, first_step)
        write_model(trainer.model, recipe, record, work / "finished")
        replace_folder(work / "finished", out, RECORD, overwrite)
        shutil.rmtree(work)
    return trainer.model


def _train_on(trainer: PlanTrainer, stop: StopOnSignal, checkpoints: Path, console: Console) -> int:
    """Train to the end from the last checkpoint where there is one; return the step that this began at."""
    checkpoint = last_checkpoint(checkpoints)
    first_step = int(checkpoint.name.rpartition("-")[2]) if checkpoint else 0
    if checkpoint:
        console.print(f"Going on from the checkpoint at step {first_step}.")
    try:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except BaseException:  # give back the signals and the terminal
        trainer.callback_handler.on_train_end(trainer.args, trainer.state, trainer.control)
        raise
    if stop.stopped and trainer.state.global_step < trainer.args.max_steps:
        step = f"step {trainer.state.global_step} of {trainer.args.max_steps}"
        raise IsoglotError(f"stopped at {step}; run the same command again to go on.")
    return first_step


def _open_work_folder(work: Path, record: dict[str, Any], overwrite: bool) -> None:
    """Make the folder of the unfinished run ready: kept where it is the same run, else new."""
    known = work / RECORD
    if known.is_file() and json.loads(known.read_text(encoding="utf-8")) == record:
        drop_cut_off(work / CHECKPOINTS)
        return
    if work.exists() and not overwrite:
        raise RequestError(
            f"{work} holds an unfinished run of another recipe; finish that one, or add --overwrite to drop it."
        )
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    write_text(known, json.dumps(record))
