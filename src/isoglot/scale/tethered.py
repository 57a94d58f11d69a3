"""Runs a command that ends when whoever started it is gone, however that came about.

    python -m isoglot.scale.tethered LOG COMMAND ...

The tether is standard input: the starter holds the other end, which closes when the starter dies. A worker that is
killed thus leaves no training behind; and who does its work again waits at the lock of the log until that has ended.
"""

import os
import subprocess
import sys
from fcntl import LOCK_EX, flock
from pathlib import Path
from threading import Thread

# A training that is asked to stop ends its step and writes a checkpoint.
STOP_SECONDS = 30.0


def main(log: str, *command: str) -> int:
    """Run the command, add what it says to the log, and give its exit code."""
    with Path(log).open("ab") as output:
        flock(output, LOCK_EX)  # the command holds it too
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        Thread(target=_stop_when_alone, args=(process,), daemon=True).start()
        return process.wait()


def _stop_when_alone(process: subprocess.Popen[bytes]) -> None:
    os.read(0, 1)  # nothing, once the other end is closed; a buffered reader would hold a lock at the end
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
