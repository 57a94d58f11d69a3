"""The loss curve of a training as one line of text."""

from typing import Any

import numpy as np

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 40


def loss_curve(log: list[dict[str, Any]]) -> str:
    """First and last logged loss with the curve between them, each bar the mean of its share of the log.

    >>> loss_curve([{"loss": 4.0}, {"loss": 3.0}, {"eval_score": 0.5}, {"loss": 1.0}])
    'loss 4.000 █▆▁ 1.000'
    """
    losses = [entry["loss"] for entry in log if "loss" in entry]
    if not losses:
        return "no loss was logged"
    heights = np.array([part.mean() for part in np.array_split(losses, min(WIDTH, len(losses)))])
    spread = float(np.ptp(heights)) or 1.0
    levels = ((heights - heights.min()) / spread * (len(BARS) - 1)).round().astype(int)
    return f"loss {losses[0]:.3f} {''.join(BARS[level] for level in levels)} {losses[-1]:.3f}"
