"""The progress bar of an encoding: texts done, rate, time left."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class TextsPerSecond(ProgressColumn):
    """The rate of the last half minute; of all texts once they are done, which a short encoding has alone."""

    def render(self, task: Task) -> Text:
        """As "1,234 texts/s"; empty until it is known."""
        rate = task.completed / task.finished_time if task.finished_time else task.speed
        return Text("" if rate is None else f"{rate:,.{0 if rate >= 10 else 1}f} texts/s")


def encoding_bar(title: str, texts: int, *, shown: bool) -> Progress:
    """A bar on standard error with one task of that many texts, to be used in a `with` block."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextsPerSecond(),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=Console(stderr=True),
        disable=not shown,
    )
    bar.add_task(title, total=texts)
    return bar
