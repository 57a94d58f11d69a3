"""What happens beside the steps of a training: a progress line, and a stop that leaves a checkpoint."""

import signal
import threading
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments


class ShowProgress(TrainerCallback):
    """A bar with loss, dev score, examples per second and time left."""

    def __init__(self, title: str, console: Console, examples_per_step: int) -> None:
        self.examples_per_step = examples_per_step
        self.resumed_at = 0
        self.progress = Progress(
            TextColumn(title),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[shown]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self.task = self.progress.add_task(title, total=None, shown="")
        self.shown: dict[str, str] = {}

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Start the bar where the training stands."""
        self.resumed_at = state.global_step
        self.progress.update(self.task, total=state.max_steps, completed=state.global_step)
        if state.is_world_process_zero:
            self.progress.start()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Move the bar."""
        elapsed = self.progress.tasks[0].elapsed
        if elapsed:
            rate = (state.global_step - self.resumed_at) * self.examples_per_step / elapsed
            self.shown["speed"] = f"{rate:,.0f} examples/s"
        self.progress.update(self.task, completed=state.global_step, shown="  ".join(self.shown.values()))

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl,
        logs: dict[str, float] | None = None, **_: Any,
    ) -> None:  # fmt: skip
        """Show the newest loss and dev score."""
        for key, label in (("loss", "loss"), ("eval_score", "dev AP")):
            if logs and key in logs:
                self.shown[key] = f"{label} {logs[key]:.3f}"

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Leave the bar as it is."""
        self.progress.stop()


class StopOnSignal(TrainerCallback):
    """Ctrl-C or a termination request ends the training after the step at hand, with a checkpoint."""

    def __init__(self) -> None:
        self.stopped = False
        self.previous: dict[signal.Signals, Any] = {}

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Take over the signals."""
        if threading.current_thread() is threading.main_thread():
            self.previous = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopped = True

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Ask for a checkpoint and the end."""
        if self.stopped and state.global_step < state.max_steps:
            control.should_save = control.should_training_stop = True

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Give the signals back."""
        for number, handler in self.previous.items():
            signal.signal(number, handler)
