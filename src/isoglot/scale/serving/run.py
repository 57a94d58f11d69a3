"""Serving a sharded index until told to end."""

import signal
from collections.abc import Callable
from pathlib import Path
from threading import Event

import ray
from ray import serve

from isoglot.errors import IsoglotError, RequestError
from isoglot.scale.serving.application import NAME, Serving, application
from isoglot.scale.tasks import processors
from isoglot.search.service.settings import ServiceSettings


def serve_on_ray(settings: ServiceSettings, host: str, port: int, tell: Callable[[], None]) -> None:
    """Serve an index with as many shards as the cluster has machines, until SIGTERM or SIGINT.

    Args:
        settings: how it is served.
        host: address to listen at, of the cluster's head.
        port: port to listen at there.
        tell: is called when questions are answered.

    Raises:
        RequestError: callers shall change the index.
        IsoglotError: the service does not start.
    """
    if settings.writable:
        raise RequestError(
            "--writable is for one machine; leave it out with --ray, and change the index by `isoglot index`."
        )
    serving = fitted(settings.folder)
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    serve.start(proxy_location="HeadOnly", http_options={"host": host, "port": port})
    try:
        serve.run(application(serving, settings), name=NAME)
    except RuntimeError as problem:
        raise IsoglotError(f"the service does not start: {str(problem).splitlines()[0]}") from problem
    try:
        tell()
        told.wait()
    finally:
        serve.delete(NAME)


def fitted(folder: Path) -> Serving:
    """A shard per machine of the cluster, twice where there are several; small clusters are shared out."""
    shards = max(1, sum(node["Alive"] and node["Resources"].get("CPU", 0) >= 1 for node in ray.nodes()))
    replicas = min(2, shards)
    return Serving(
        folder=folder, shards=shards, replicas=replicas, processors=min(1, processors() / (shards * replicas + 1))
    )
