"""Checkpoints of an unfinished run: written beside and renamed when whole, so that each one in sight can be used."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from sentence_transformers import SentenceTransformerTrainer
from transformers import TrainerState
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_callback import ExportableState

from isoglot.files import beside, put_in_place, write_text

SIZES = "sizes.json"


def checkpoint_folder(folder: Path, step: int) -> Path:
    """Where the checkpoint of a step stands."""
    return folder / f"checkpoint-{step}"


def step_of(checkpoint: Path) -> int:
    """The step after which a checkpoint was written."""
    return int(checkpoint.name.rpartition("-")[2])


def last_checkpoint(folder: Path) -> Path | None:
    """The newest complete checkpoint, None where there is none."""
    return max(filter(_is_complete, folder.glob("checkpoint-*")), key=step_of, default=None)


@contextmanager
def whole_checkpoint(folder: Path, step: int) -> Iterator[Path]:
    """Give a temporary folder to write in; it becomes the checkpoint of the step when the block ends."""
    place = checkpoint_folder(folder, step)
    shutil.rmtree(beside(place), ignore_errors=True)
    beside(place).mkdir(parents=True)
    yield beside(place)
    write_text(beside(place) / SIZES, json.dumps(_sizes(beside(place))))
    put_in_place(beside(place), place)


def keep_checkpoints(folder: Path, steps: set[int]) -> None:
    """Remove the checkpoints of other steps."""
    for path in folder.glob("checkpoint-*"):
        if step_of(path) not in steps:
            shutil.rmtree(path.rename(beside(path)))  # never seen half removed


def drop_cut_off(folder: Path) -> None:
    """Remove what a killed process was writing or removing, and what a lost disk cache left unreadable."""
    for path in (*folder.glob(".checkpoint-*"), *folder.glob("checkpoint-*")):
        if path.name.startswith(".") or not _is_complete(path):
            shutil.rmtree(path)


def _is_complete(checkpoint: Path) -> bool:
    """Whether all of it is there, and all of the best one before it, with which the training may end."""
    try:
        written = json.loads((checkpoint / SIZES).read_text(encoding="utf-8"))
        best = json.loads((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8"))["best_global_step"]
    except (OSError, ValueError):
        return False
    has_best = best in (None, step_of(checkpoint)) or _is_complete(checkpoint_folder(checkpoint.parent, best))
    return written.items() <= _sizes(checkpoint).items() and has_best  # a desktop may have put a file of its own there


def _sizes(checkpoint: Path) -> dict[str, int]:
    """Bytes of each file of a checkpoint: a lost disk cache leaves files cut off in folders that have their name."""
    files = (path for path in checkpoint.rglob("*") if path.is_file() and path.name != SIZES)
    return {path.relative_to(checkpoint).as_posix(): path.stat().st_size for path in files}


class CheckpointedTrainer(SentenceTransformerTrainer):
    """A trainer that keeps the last and the best checkpoint.

    They hold no state of random generators: what is drawn in a step must be a function of the step.
    """

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:  # noqa: ARG002
        """Write model, optimizer, schedule and state; the first worker writes, the others wait."""
        if self.args.should_save:
            folder, step = Path(self.args.output_dir), self.state.global_step
            self._name_best_checkpoint()
            with whole_checkpoint(folder, step) as unfinished:
                self.save_model(str(unfinished), _internal_call=True)
                self._save_optimizer_and_scheduler(str(unfinished))
                self._save_callbacks()
                self.state.save_to_json(str(unfinished / TRAINER_STATE_NAME))
            keep_checkpoints(folder, {step, self.state.best_global_step or step})
        self._name_best_checkpoint()
        PartialState().wait_for_everyone()

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:  # noqa: ARG002
        """Write the model without a card, which takes longer than small weights."""
        self.model.save_pretrained(output_dir, create_model_card=False)

    def _save_callbacks(self) -> None:
        everything = (*self.callback_handler.callbacks, self.control)
        with_state = [each for each in everything if isinstance(each, ExportableState)]
        self.state.stateful_callbacks = TrainerState(stateful_callbacks=with_state).stateful_callbacks

    def _init_training_state(self, *arguments: Any) -> tuple[int, int]:
        """Take up the state of a checkpoint, whose folder may have been moved since."""
        begun = super()._init_training_state(*arguments)
        self._name_best_checkpoint()
        return begun

    def _run_epoch(self, **options: Any) -> None:
        """Train, unless the run had ended when its last checkpoint was written."""
        if not self.control.should_training_stop:
            super()._run_epoch(**options)

    def _name_best_checkpoint(self) -> None:
        if self.state.best_global_step:
            best = checkpoint_folder(Path(self.args.output_dir), self.state.best_global_step)
            self.state.best_model_checkpoint = str(best)

    def _load_rng_state(self, checkpoint: str | None) -> None:
        """Nothing to load."""

    def _load_best_model(self) -> None:
        """Load the best checkpoint; the base class would go on with the last weights where that fails."""
        self._load_from_checkpoint(self.state.best_model_checkpoint)
        PartialState().wait_for_everyone()  # the first to end removes the checkpoints
