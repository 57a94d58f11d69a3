"""The OpenAPI description is true: calls made from it get what it says, and never a 500."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.types import ASGIApp, Receive, Scope, Send

from isoglot.search.service.app import create_app
from isoglot.search.service.settings import ServiceSettings

from .stub import StubSearcher
from .test_changes import StubChanges

SENT = {"Host": "localhost"}
# A column that the index does not have is a wrong value although the description cannot say so.
NOT_ASKED = [positive_data_acceptance]
WITH_VALUES = {"POST /api/search", "GET /api/search", "POST /api/documents", "DELETE /api/documents/{document_id}"}


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, APIOperation]:
    searcher = StubSearcher()
    asked = ServiceSettings(tmp_path_factory.mktemp("index"), rate=None, writable=True)
    app = create_app(asked, searcher, StubSearcher, StubChanges(searcher))
    description = schemathesis.openapi.from_asgi("/openapi.json", kept_running(app), headers=SENT)
    return {found.ok().label: found.ok() for found in description.get_all_operations()}


def kept_running(app: ASGIApp) -> ASGIApp:
    """The app for a client that starts and ends it with every few calls, which an app that has threads is not for."""

    async def running(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)
            return
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})

    return running


def call(operation: APIOperation, mode: GenerationMode, calls: int) -> Counter[int]:
    """Statuses of calls that are right, or wrong, by the description; raises where an answer is not what it says."""
    statuses = Counter[int]()

    @settings(max_examples=calls, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def calling(case: Case) -> None:
        answer = case.call(headers=SENT)
        statuses[answer.status_code] += 1
        case.validate_response(answer, excluded_checks=NOT_ASKED)

    calling()
    return statuses


def test_everything_is_described(operations: dict[str, Any]) -> None:
    reading = {"GET /api/index", "GET /api/bias", "GET /health", "GET /ready", "GET /metrics"}
    assert set(operations) == WITH_VALUES | reading


@pytest.mark.parametrize("label", sorted(WITH_VALUES))
def test_calls_made_from_the_description_get_what_it_says(operations: dict[str, APIOperation], label: str) -> None:
    assert max(call(operations[label], GenerationMode.POSITIVE, 40)) < 500
    if not label.startswith("DELETE"):  # every text is an id
        statuses = call(operations[label], GenerationMode.NEGATIVE, 40)
        assert max(statuses) < 500
        assert statuses[422] > 0


def test_calls_without_values_get_what_the_description_says(operations: dict[str, APIOperation]) -> None:
    statuses = {
        label: set(call(operations[label], GenerationMode.POSITIVE, 1)) for label in set(operations) - WITH_VALUES
    }
    assert statuses.pop("GET /api/bias") == {404}
    assert all(found == {200} for found in statuses.values())
