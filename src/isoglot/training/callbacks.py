"""What happens beside the steps of a training: a progress line, a stop that leaves a checkpoint, a clock."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from transformers import EarlyStoppingCallback, TrainerCallback, TrainerControl, TrainerState, TrainingArguments


class ShowProgress(TrainerCallback):
    """Loss, dev score, examples per second and time left: a bar on a terminal, a line per log entry elsewhere."""

    def __init__(self, title: str, console: Console) -> None:
        self.title, self.console = title, console
        self.shown: dict[str, str] = {}
        self.progress = Progress(
            TextColumn(title),
            BarColumn(bar_width=10),
            MofNCompleteColumn(),
            TextColumn("{task.fields[shown]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(compact=True),
            console=console,
        )
        self.task = self.progress.add_task(title, start=False, shown="")

    def on_train_begin(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Start where the training stands."""
        self.progress.update(self.task, total=state.max_steps, completed=state.global_step)
        self.progress.start_task(self.task)
        if state.is_world_process_zero and self.console.is_terminal:
            self.progress.start()

    def on_step_end(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Move the bar."""
        self.progress.update(self.task, completed=state.global_step, shown="  ".join(self.shown.values()))

    def on_log(
        self, _: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, float], **__: Any
    ) -> None:
        """Show what is new."""
        for key, label in (("loss", "loss"), ("eval_score", "dev AP")):
            if key in logs:
                self.shown[key] = f"{label} {logs[key]:.3f}"
        if "wait_share" in logs:  # see `StepClock`
            self.shown["speed"] = f"{logs['examples_per_second']:,.0f} examples/s"
            self.shown["wait"] = f"waits {logs['wait_share']:.0%}"
        is_news = "loss" in logs or "eval_score" in logs
        if is_news and state.is_world_process_zero and not self.console.is_terminal:
            shown = "  ".join(self.shown.values())
            self.console.print(f"{self.title} {state.global_step}/{state.max_steps}  {shown}", soft_wrap=True)

    def on_train_end(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Leave the bar as it is."""
        if self.console.is_terminal:
            self.progress.stop()


class StopOnSignal(TrainerCallback):
    """Ctrl-C or a termination request ends the training after the step at hand, with a checkpoint.

    `requested` says that this process was asked, `agreed` that any worker was, which all of them learn in one step.
    """

    def __init__(self) -> None:
        self.requested = self.agreed = False
        self.is_alone = True
        self.previous: dict[signal.Signals, Any] = {}

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Take over the signals."""
        self.is_alone = args.world_size == 1
        if threading.current_thread() is threading.main_thread():
            self.previous = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        if self.is_alone:  # a launcher of several workers repeats the signal that the terminal gave
            signal.signal(number, self.previous[signal.Signals(number)])  # a second one stops at once

    def on_step_end(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Ask for a checkpoint and the end."""
        if self.agreed and state.global_step < state.max_steps:
            control.should_save = control.should_training_stop = True

    def on_train_end(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Give the signals back."""
        for number, handler in self.previous.items():
            signal.signal(number, handler)


class Patience(EarlyStoppingCallback):
    """Ends the training after so many evaluations without a gain, and does not begin again where it had ended."""

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Tell a run that goes on from its last checkpoint."""
        super().on_train_begin(args, state, control)
        control.should_training_stop = self.early_stopping_patience_counter >= self.early_stopping_patience


class StepClock(TrainerCallback):
    """Tells how fast steps are, and for which share of the time they wait for their data.

    Evaluations and checkpoints do not count.
    """

    def __init__(self) -> None:
        self.began = self.waited = self.stepped = 0.0
        self.steps = 0
        self.lap_began = (0.0, 0.0, 0)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around what a step begins with: reading."""
        self.began = time.perf_counter()
        yield
        self.waited += time.perf_counter() - self.began

    def on_step_end(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """The step is over."""
        self.stepped += time.perf_counter() - self.began
        self.steps += 1

    @property
    def wait_share(self) -> float:
        """Of all steps so far."""
        return _share(self.waited, self.stepped)

    def lap(self) -> tuple[float, float]:
        """The share of waiting and the steps per second since the last call."""
        waited, stepped, steps = self.lap_began
        self.lap_began = (self.waited, self.stepped, self.steps)
        seconds = self.stepped - stepped
        return _share(self.waited - waited, seconds), (self.steps - steps) / seconds if seconds else 0.0


def _share(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 0.0
