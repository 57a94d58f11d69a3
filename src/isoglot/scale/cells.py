"""Cells of an experiment as Ray tasks: every step is a command, which a worker runs in the shared folder.

All machines must see the experiment's folder, its collections and the embedding store under the same paths.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import ray

from isoglot.experiments.grid.run import Launch
from isoglot.scale.tasks import RETRIES, plain_errors, processors

# What a command reads from the environment, besides what Ray gives to a worker.
SENT = ("ISOGLOT_", "HF_")


def launcher(jobs: int) -> Launch:
    """Runs a command on a worker; a worker that died is replaced, and the command goes on where it can.

    Args:
        jobs: commands side by side in the whole cluster, which share its processors; each takes one GPU, where there
            are any.
    """
    devices = 1 if ray.cluster_resources().get("GPU") else 0
    task = ray.remote(num_cpus=processors_of_each(jobs), num_gpus=devices, max_retries=RETRIES)(_run)
    environment = {name: value for name, value in os.environ.items() if name.startswith(SENT)}

    def launch(command: list[str], log: Path) -> int:
        with plain_errors():
            return ray.get(task.remote(command, str(log.resolve()), str(Path.cwd()), environment))

    return launch


def processors_of_each(jobs: int) -> int:
    """Processors for one of so many commands; no more than every machine has."""
    machines: list[dict[str, Any]] = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    smallest = min((int(machine["CPU"]) for machine in machines if machine.get("CPU", 0) >= 1), default=1)
    return max(1, min(smallest, processors() // jobs))


def _run(command: list[str], log: str, folder: str, environment: dict[str, str]) -> int:
    tethered = [sys.executable, "-m", "isoglot.scale.tethered", log, *command]
    process = subprocess.Popen(
        tethered,
        stdin=subprocess.PIPE,
        cwd=folder,
        env=os.environ | environment,
        start_new_session=True,  # Ray kills the rest of a dead worker's session, which leaves no time for a checkpoint
    )
    return process.wait()
