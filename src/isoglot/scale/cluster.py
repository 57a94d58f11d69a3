"""Being connected to a Ray cluster: one on this machine for as long as it is needed, or one that is there."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from tempfile import mkdtemp

from isoglot.errors import RequestError

# Read when Ray is imported: it shall not report its use, nor take `uv run` for a wish to copy the folder to workers.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")

import ray

LOCAL = "local"
ADDRESS = re.compile(r"(?P<host>[\w.-]+|\[[\da-fA-F:]+\]):(?P<port>\d{1,5})")
# Ray itself asks for hours whether somebody is there, and whether it is a cluster.
ANSWER_SECONDS, JOIN_SECONDS = 3.0, 30.0
JOIN = "import sys, ray; ray.init(address=sys.argv[1], log_to_driver=False, logging_level='ERROR')"


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Be connected to a cluster while the block runs; where this process is connected already, it stays so.

    Args:
        address: `local` for a cluster of this machine's cores alone, or HOST:PORT of a cluster that this machine is
            part of.

    Raises:
        RequestError: the address is none, or no Ray cluster answers there.
    """
    if ray.is_initialized():
        yield
    elif address == LOCAL:
        with _own_cluster():
            yield
    else:
        check_address(address)
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        try:
            yield
        finally:
            ray.shutdown()


def check_address(address: str) -> None:
    """Refuse an address at which there is no cluster to join, within seconds; raises RequestError."""
    parts = ADDRESS.fullmatch(address)
    if parts is None:
        raise RequestError(
            f"{address!r} is no address of a Ray cluster; give local or HOST:PORT, such as 10.0.0.1:6379."
        )
    try:
        socket.create_connection((parts["host"].strip("[]"), int(parts["port"])), ANSWER_SECONDS).close()
        subprocess.run(
            [sys.executable, "-c", JOIN, address], check=True, capture_output=True, text=True, timeout=JOIN_SECONDS
        )
    except subprocess.TimeoutExpired as problem:
        raise RequestError(_nobody(address, "who listens there does not answer as Ray does")) from problem
    except subprocess.CalledProcessError as problem:
        raise RequestError(_nobody(address, problem.stderr)) from problem
    except (OSError, OverflowError) as problem:
        raise RequestError(_nobody(address, str(problem))) from problem


@contextmanager
def _own_cluster() -> Iterator[None]:
    """A cluster in a folder of its own (short, since sockets lie in it), with a token that no file holds."""
    os.environ.setdefault("RAY_AUTH_TOKEN", token_hex(32))
    folder = mkdtemp(prefix="isoglot-", dir="/tmp" if os.name == "posix" else None)
    try:
        ray.init(_temp_dir=folder, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
        yield
    finally:
        ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


def _nobody(address: str, problem: str) -> str:
    reason = (problem.strip().splitlines() or ["no reason given"])[-1].rstrip(".")
    return (
        f"no Ray cluster can be joined at {address} ({reason}); check the address, and run this on a machine of the "
        "cluster, with the cluster's versions of Python and Ray."
    )
