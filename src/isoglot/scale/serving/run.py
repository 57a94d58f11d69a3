"""Serving a sharded index until told to end."""

import signal
from collections.abc import Callable
from threading import Event

import ray
from ray import serve

from isoglot.errors import IsoglotError
from isoglot.scale.serving.application import NAME, Serving, application
from isoglot.search.service.settings import ServiceSettings


def serve_on_ray(settings: ServiceSettings, host: str, port: int, tell: Callable[[], None]) -> None:
    """Serve an index with a shard on every machine of the cluster, until SIGTERM or SIGINT.

    Args:
        settings: how it is served.
        host: address to listen at, of the cluster's head.
        port: port to listen at there.
        tell: is called when questions are answered.

    Raises:
        IsoglotError: the service does not start.
    """
    machines = sum(node["Alive"] and node["Resources"].get("CPU", 0) >= 1 for node in ray.nodes())
    serving = Serving(folder=settings.folder, shards=max(1, machines))
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
