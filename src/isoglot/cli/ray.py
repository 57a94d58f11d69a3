"""The option `--ray` of several commands: where their work is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from isoglot.evaluation.engine import Engine
    from isoglot.experiments.grid.run import Launch
    from isoglot.search.build.encoder import Fill

RayOption = Annotated[
    str | None,
    typer.Option(
        "--ray", metavar="ADDRESS", help="work on a Ray cluster: HOST:PORT, or local for this machine's cores"
    ),
]


@contextmanager
def engine_at(address: str | None) -> Iterator["Engine"]:
    """Who encodes and ranks: without an address this process, else the cluster, for as long as the block runs."""
    from isoglot.evaluation.engine import HERE

    if address is None:
        yield HERE
        return
    with at_cluster(address):
        from isoglot.scale.engine import ON_RAY

        yield ON_RAY


@contextmanager
def launch_at(address: str | None, jobs: int) -> Iterator["Launch | None"]:
    """Who runs the commands of an experiment: see `engine_at`."""
    if address is None:
        yield None
        return
    with at_cluster(address):
        from isoglot.scale.cells import launcher

        yield launcher(jobs)


@contextmanager
def fill_at(address: str | None) -> Iterator["Fill | None"]:
    """Who fills the embedding store with the passages of an index: see `engine_at`."""
    if address is None:
        yield None
        return
    with at_cluster(address):
        from isoglot.scale.encoding import fill_store

        yield fill_store


@contextmanager
def at_cluster(address: str) -> Iterator[None]:
    """Be connected to a cluster, for as long as the block runs; raises RequestError where there is none."""
    from isoglot.scale.extra import check_extra

    check_extra()
    from isoglot.scale.cluster import connected

    with connected(address):
        yield
