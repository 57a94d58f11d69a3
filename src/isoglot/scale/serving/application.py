"""The service of a sharded index as one Ray Serve application: shards, and a front that answers over HTTP.

`build` is what a Serve configuration names:

    applications:
      - name: isoglot
        import_path: isoglot.scale.serving.application:build
        args: {folder: /shared/index, shards: 8}
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from ray import serve
from ray.serve import Application
from starlette.types import ASGIApp

from isoglot.scale.serving.searcher import open_sharded
from isoglot.scale.serving.shard import Shard
from isoglot.search.searcher import Searcher
from isoglot.search.service.app import create_app
from isoglot.search.service.settings import ServiceSettings

NAME = "isoglot"
# Questions that a replica answers at the same time; more wait.
SHARD_QUESTIONS, FRONT_QUESTIONS = 16, 256
ASKING = 64


class Serving(BaseModel):
    """How an index is spread.

    Args:
        folder: of the index, under the same path on all machines.
        shards: workers among which the languages are divided.
        replicas: of each shard; with two, one may die while questions are answered.
        fronts: replicas of what answers over HTTP.
        processors: that each replica counts for; all must fit into the cluster.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path
    shards: int = Field(default=1, ge=1)
    replicas: int = Field(default=2, ge=1)
    fronts: int = Field(default=1, ge=1)
    processors: float = Field(default=1, gt=0)


def build(arguments: dict[str, object]) -> Application:
    """The application of a Serve configuration; `arguments` are the fields of `Serving`.

    A token that callers must show is read from the environment variable `ISOGLOT_TOKEN` of this process.
    """
    serving = Serving.model_validate(arguments)
    token = os.environ.get("ISOGLOT_TOKEN") or None
    return application(serving, ServiceSettings(folder=serving.folder, token=token, loopback=False))


def application(serving: Serving, settings: ServiceSettings) -> Application:
    """Shards and front of an index.

    Args:
        serving: how it is spread.
        settings: how it is served.
    """
    names = [f"shard-{number}" for number in range(serving.shards)]
    settings = replace(settings, folder=serving.folder.resolve())
    shards = [
        serve.deployment(Shard)
        .options(
            name=name,
            num_replicas=serving.replicas,
            max_ongoing_requests=SHARD_QUESTIONS,
            ray_actor_options={"num_cpus": serving.processors},
        )
        .bind()
        for name in names
    ]
    front = serve.deployment(serve.ingress(_front(settings, names))()).options(
        name="front",
        num_replicas=serving.fronts,
        max_ongoing_requests=FRONT_QUESTIONS,
        ray_actor_options={"num_cpus": serving.processors},
    )
    return front.bind(*shards)


def _front(settings: ServiceSettings, names: list[str]) -> Callable[[], ASGIApp]:
    def app() -> ASGIApp:
        shards = [serve.get_deployment_handle(name, app_name=NAME) for name in names]
        asking = ThreadPoolExecutor(ASKING, "asking")

        def opened() -> Searcher:
            return open_sharded(settings.folder, shards, asking)

        return create_app(settings, opened(), opened)

    return app
