"""Starts processes and kills them: it has imported all they need, and does nothing itself, so that it may fork.

Reads tasks from standard input, one JSON array a line: function of `stores`, its arguments, seconds until the kill.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from index import stores

FUNCTIONS = {"change_for_ever": stores.change_for_ever, "create": stores.create}


def run_and_kill(function: str, arguments: list[Any], seconds: float) -> None:
    """Kill a process that runs the function, that long after it has said that it starts."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        folder, *others = arguments
        FUNCTIONS[function](Path(folder), *others, lambda: os.write(writing, b"."))
        os._exit(0)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    for line in sys.stdin:
        run_and_kill(*json.loads(line))
        sys.stdout.write("done\n")
        sys.stdout.flush()
