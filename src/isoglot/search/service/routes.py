"""The routes that read: search, the index, the model's bias."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from isoglot.search.request import SearchRequest
from isoglot.search.response import IndexDescription, SearchResponse
from isoglot.search.service.answering import Answering
from isoglot.search.service.bodies import JSON, body_of, described
from isoglot.search.service.evaluation import Evaluation, read_evaluation
from isoglot.search.service.live import LiveIndex
from isoglot.search.service.questions import SearchQuery
from isoglot.search.service.refusal import documented
from isoglot.search.service.settings import ServiceSettings


def reading(index: LiveIndex, answering: Answering, settings: ServiceSettings) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api", tags=["search"])

    async def answer(request: Request, asked: SearchRequest) -> Response:
        response = await answering.answer(asked)
        request.state.log.update(told(response, settings.log_questions))
        return as_json(response)

    @router.post(
        "/search",
        response_model=SearchResponse,
        responses=documented(408, 413, 422),
        openapi_extra=described(SearchRequest),
        summary="Search",
    )
    async def search(request: Request, asked: Annotated[SearchRequest, Depends(body_of(SearchRequest))]) -> Response:
        return await answer(request, asked)

    @router.get("/search", response_model=SearchResponse, responses=documented(422), summary="Search, for curl")
    async def search_by_link(request: Request, asked: Annotated[SearchQuery, Query()]) -> Response:
        return await answer(request, asked.request())

    @router.get("/index", response_model=IndexDescription, responses=documented(), summary="What the index holds")
    async def describe() -> Response:
        return as_json(index.current.description)

    @router.get("/bias", response_model=Evaluation, responses=documented(404), summary="How fair the model is")
    def bias() -> Evaluation:
        return read_evaluation(settings)

    return router


def as_json(model: BaseModel) -> Response:
    """A model as a response; checked already when it was made, so it is not checked again."""
    return Response(model.model_dump_json(), media_type=JSON)


def told(response: SearchResponse, with_question: bool) -> dict[str, object]:
    """What the log says of an answer."""
    languages = {share.language: share.hits for share in response.languages if share.hits}
    question = {"question": response.question} if with_question else {}
    return {"hits": len(response.hits), "languages": languages, **question}
