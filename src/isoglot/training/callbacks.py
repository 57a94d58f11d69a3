"""What happens beside the steps of a training: a progress line, and a stop that leaves a checkpoint."""

import signal
import threading
import time
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments


class ShowProgress(TrainerCallback):
    """Loss, dev score, examples per second and time left: a bar on a terminal, a line per log entry elsewhere."""

    def __init__(self, title: str, console: Console, examples_per_step: int) -> None:
        self.title, self.console, self.examples_per_step = title, console, examples_per_step
        self.shown: dict[str, str] = {}
        self.first_step, self.started = 0, 0.0
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
        self.first_step, self.started = state.global_step, time.monotonic()
        self.progress.update(self.task, total=state.max_steps, completed=state.global_step)
        self.progress.start_task(self.task)
        if state.is_world_process_zero and self.console.is_terminal:
            self.progress.start()

    def on_step_end(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Move the bar."""
        seconds = max(time.monotonic() - self.started, 1e-9)
        examples = (state.global_step - self.first_step) * self.examples_per_step
        self.shown["speed"] = f"{examples / seconds:,.0f} examples/s"
        self.progress.update(self.task, completed=state.global_step, shown="  ".join(self.shown.values()))

    def on_log(
        self, _: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, float], **__: Any
    ) -> None:
        """Show the newest loss and dev score."""
        for key, label in (("loss", "loss"), ("eval_score", "dev AP")):
            if key in logs:
                self.shown[key] = f"{label} {logs[key]:.3f}"
        is_news = "loss" in logs or "eval_score" in logs
        if is_news and state.is_world_process_zero and not self.console.is_terminal:
            shown = "  ".join(self.shown.values())
            self.console.print(f"{self.title} {state.global_step}/{state.max_steps}  {shown}", soft_wrap=True)

    def on_train_end(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Leave the bar as it is."""
        if self.console.is_terminal:
            self.progress.stop()


class StopOnSignal(TrainerCallback):
    """Ctrl-C or a termination request ends the training after the step at hand, with a checkpoint."""

    def __init__(self) -> None:
        self.stopped = False
        self.previous: dict[signal.Signals, Any] = {}

    def on_train_begin(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Take over the signals."""
        if threading.current_thread() is threading.main_thread():
            self.previous = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopped = True
        signal.signal(number, self.previous[signal.Signals(number)])  # a second one stops at once

    def on_step_end(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Ask for a checkpoint and the end."""
        if self.stopped and state.global_step < state.max_steps:
            control.should_save = control.should_training_stop = True

    def on_train_end(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Give the signals back."""
        for number, handler in self.previous.items():
            signal.signal(number, handler)
