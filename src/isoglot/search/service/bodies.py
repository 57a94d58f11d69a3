"""Bodies of requests: JSON, read strictly, with one sentence for whatever is wrong."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.requests import Request

from isoglot.search.service.refusal import Refusal
from isoglot.search.service.sentences import sentence_of

JSON = "application/json"
Model = TypeVar("Model", bound=BaseModel)


def body_of(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that gives the body of a request.

    Strict, unlike the framework's own: `"10"` is no number, NaN is no JSON, bytes that are no UTF-8 are no text.
    """

    async def read(request: Request) -> Model:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise Refusal(422, f"The body must be JSON; send the header 'Content-Type: {JSON}'.")
        return parsed(model, await request.body())

    return read


def parsed(model: type[Model], body: bytes) -> Model:
    """A body as its model; raises Refusal 400 where it is no JSON and 422 where a value is wrong."""
    try:
        from_json(body, allow_inf_nan=False)
    except ValueError as problem:
        raise Refusal(400, f"The body is not JSON: {problem}.") from problem
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as problem:
        raise Refusal(422, sentence_of(problem.errors(include_url=False))) from problem


def described(model: type[BaseModel]) -> dict[str, Any]:
    """What the description of a route says about its body."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": model.model_json_schema()}}}}
