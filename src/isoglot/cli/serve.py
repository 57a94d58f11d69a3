"""`isoglot serve`: an index as a service, with its search page."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isoglot.cli.ray import RayOption, at_cluster
from isoglot.errors import RequestError

if TYPE_CHECKING:
    from isoglot.search.service.settings import ServiceSettings


def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="index that `isoglot index --out` wrote")],
    *,
    host: Annotated[str, typer.Option(help="address to listen at; 0.0.0.0 for all of this machine's")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port to listen at; 0 for a free one")] = 8000,
    token_file: Annotated[
        Path | None, typer.Option(help="file with the bearer token that callers must send (or set ISOGLOT_TOKEN)")
    ] = None,
    rate: Annotated[float, typer.Option(min=0, help="calls a second that one client may make; 0 for no limit")] = 50,
    timeout: Annotated[float, typer.Option(min=0.1, max=3600, help="seconds that an answer may take")] = 10,
    evaluation: Annotated[
        Path | None, typer.Option(help="folder that `isoglot evaluate --out` wrote, for the page's second tab")
    ] = None,
    writable: Annotated[bool, typer.Option("--writable", help="let callers add and delete documents")] = False,
    onnx: Annotated[
        bool,
        typer.Option("--onnx", help="encode questions faster on a CPU, with ONNX Runtime; the first start exports"),
    ] = False,
    log_questions: Annotated[bool, typer.Option("--log-questions", help="write questions into the log")] = False,
    ray: RayOption = None,
) -> None:
    """Serve an index to people, programs and assistants.

    With a search page, an HTTP API (see /docs), and an MCP endpoint (/mcp).
    """
    from isoglot.search.service.extra import check_extra

    check_extra()
    if onnx and ray is not None:
        raise RequestError("--onnx is for a service on this machine; leave out --onnx or --ray.")
    from isoglot.search.searcher import Searcher
    from isoglot.search.service.app import create_app
    from isoglot.search.service.evaluation import check_evaluation
    from isoglot.search.service.guards.hosts import is_loopback
    from isoglot.search.service.guards.tokens import read_token
    from isoglot.search.service.logs import configure
    from isoglot.search.service.run import bind, listen, serve_until_told, url_of
    from isoglot.search.service.settings import ServiceSettings
    from isoglot.search.service.writing import Writer

    check_evaluation(evaluation)
    settings = ServiceSettings(
        folder=folder,
        token=read_token(token_file, os.environ),
        rate=rate or None,
        timeout=timeout,
        writable=writable,
        evaluation=evaluation,
        log_questions=log_questions,
        loopback=is_loopback(host),
    )
    settings.check()
    if ray is not None:
        _tell_foreign_evaluation(settings)
        with at_cluster(ray):
            from isoglot.scale.serving.run import serve_on_ray

            tell = f"Serving {folder} at http://{host}:{port} of the cluster's head (Ctrl-C ends it)"
            serve_on_ray(settings, host, port, lambda: typer.echo(tell))
        return
    bound = bind(host, port)
    _tell_foreign_evaluation(settings)
    opened = partial(Searcher.open, folder, onnx=onnx)
    app = create_app(settings, opened(), opened, Writer(folder) if writable else None)
    configure()
    listen(bound)
    typer.echo(f"Serving {folder} at {url_of(bound)} (Ctrl-C ends it)")
    serve_until_told(app, bound, timeout)


def _tell_foreign_evaluation(settings: "ServiceSettings") -> None:
    """Say where the bias that the page shows is another model's; raises RequestError where there is no index."""
    from isoglot.search.service.evaluation import foreign_evaluation
    from isoglot.search.store.store import Store

    if told := foreign_evaluation(settings, Store.open(settings.folder).settings.model):
        typer.echo(told, err=True)
