"""Whatever goes wrong inside a route becomes a status and one sentence."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from isoglot.errors import IsoglotError, RequestError
from isoglot.search.service.guards.bodies import DOCUMENTS
from isoglot.search.service.guards.watch import UNEXPECTED
from isoglot.search.service.refusal import Refusal, busy
from isoglot.search.service.sentences import sentence_of


def add_handlers(app: FastAPI) -> None:
    """Give an app the answers to all kinds of errors."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(IsoglotError, _isoglot)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def refusal_of(problem: IsoglotError) -> Refusal:
    """What a client gets for an error of the index: 422 for a wrong request, 503 for work that failed."""
    return Refusal(422, str(problem)) if isinstance(problem, RequestError) else busy(str(problem), 5)


async def _refusal(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Refusal)
    return problem.response()


async def _isoglot(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, IsoglotError)
    return refusal_of(problem).response()


async def _validation(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    return Refusal(422, sentence_of(problem.errors())).response()


async def _http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    sentences = {
        404: "There is nothing at this address; /docs lists what there is.",
        405: f"This address does not take {request.method}; /docs lists what it takes.",
    }
    if request.url.path.startswith(DOCUMENTS) and DOCUMENTS not in request.app.openapi()["paths"]:
        sentences[404] = "This service only reads; start it with --writable to add and delete documents."
    headers = {"Allow": _allowed(request, problem)} if problem.status_code == 405 else problem.headers
    return Refusal(problem.status_code, sentences.get(problem.status_code, problem.detail), headers).response()


async def _unexpected(_: Request, __: Exception) -> Response:
    return Refusal(500, UNEXPECTED).response()


def _allowed(request: Request, problem: HTTPException) -> str:
    """The methods of all routes at an address; the framework names only those of the first."""
    path = getattr(request.scope.get("route"), "path", "")
    described = request.app.openapi()["paths"].get(path, {})
    return ", ".join(sorted(map(str.upper, described))) or (problem.headers or {}).get("Allow", "GET, HEAD")
