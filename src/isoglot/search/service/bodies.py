"""Bodies of requests: JSON, read strictly, with one sentence for whatever is wrong."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json
from starlette.requests import Request

from isoglot.search.service.refusal import Refusal
from isoglot.search.service.sentences import sentence_of

JSON = "application/json"
EXACT = 2**53  # floats below it are exact integers
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
        read = from_json(body, allow_inf_nan=False)
    except ValueError as problem:
        raise Refusal(400, f"The body is not JSON: {problem}.") from problem
    try:
        return model.model_validate_json(to_json(_whole(read)), strict=True)
    except ValidationError as problem:
        raise Refusal(422, sentence_of(problem.errors(include_url=False))) from problem


def described(model: type[BaseModel]) -> dict[str, Any]:
    """What the description of a route says about its body."""
    schema = model.model_json_schema()
    whole = _inlined(schema, schema.pop("$defs", {}))
    return {"requestBody": {"required": True, "content": {JSON: {"schema": whole}}}}


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """A schema with its definitions in the places that refer to them, which mean nothing in a larger document."""
    if isinstance(part, dict) and "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    if isinstance(part, dict):
        return {name: _inlined(inner, definitions) for name, inner in part.items()}
    return [_inlined(inner, definitions) for inner in part] if isinstance(part, list) else part


def _whole(value: Any) -> Any:
    """The same JSON with 47.0 as 47, which JSON Schema calls an integer too."""
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < EXACT else value
