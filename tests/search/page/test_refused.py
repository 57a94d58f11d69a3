"""What the page says when there is no answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

from isoglot.search.service.app import create_app
from isoglot.search.service.settings import ServiceSettings
from page.browser import Page
from page.searcher import CannedSearcher
from page.service import running, served

TOKEN = "a-token-of-many-characters"


@pytest.fixture
def refused(browser: Page) -> Iterator[Page]:
    """Addresses may be refused here; scripts and styles may not."""
    browser.look()
    yield browser
    assert browser.complaints() == []


def test_a_wrong_request_is_told_in_the_services_own_sentence(refused: Page, address: str) -> None:
    refused.open(f"{address}?q=tides&where.colour=blue")
    refused.until_says("#notice", "The index has no column colour; it has kind, year.")
    assert refused.text("[id='filter-where.colour']").split() == ["Colour", "blue"]
    refused.open(f"{address}?q=tides&k=1000")
    refused.until_says("#notice", "k is 1000")
    assert not refused.all("#notice button")


def test_a_question_that_is_too_long(refused: Page, address: str) -> None:
    refused.open(address)
    refused.until_says("#status", "17 passages")
    refused.run("question.value = 'x'.repeat(5000); question.form.requestSubmit()")
    refused.until_says("#notice", "at most 4000 characters")


def test_a_token_is_asked_for_kept_for_the_tab_and_used(refused: Page, tmp_path: Path) -> None:
    with served(tmp_path, token=TOKEN, rate=None) as address:
        refused.open(f"{address}?q=tides")
        refused.until_says("#notice", "This service asks for a token.")
        refused.one("#token").send_keys("wrong\n")
        refused.until_says("#notice", "The token was not accepted; give another.")
        refused.one("#token").send_keys(f"{TOKEN}\n")
        refused.until_says("#status", "10 hits")
        refused.driver.refresh()
        refused.until_says("#status", "10 hits")
        refused.run("sessionStorage.clear()")
        refused.open(f"{address}?view=bias")
        refused.until_says("#bias-view", "This service asks for a token.")


def test_too_many_questions_wait_and_go_on_by_themselves(refused: Page, tmp_path: Path) -> None:
    with served(tmp_path, rate=0.5) as address:  # one question in two seconds
        refused.open(f"{address}?q=tides")
        refused.until_says("#notice", "This client asks more than 0.5 times a second; wait a moment.")
        assert "Asked again in" in refused.text("#notice")
        refused.until_says("#status", "10 hits")
        assert refused.text("#notice") == ""


def test_a_service_that_has_stopped_and_come_back(refused: Page, tmp_path: Path) -> None:
    with served(tmp_path, rate=None) as address:
        refused.open(f"{address}?q=tides")
        refused.until_says("#status", "10 hits")
    refused.one("label[for=balance-balanced]").click()
    refused.until_says("#notice", "The search service cannot be reached")
    assert not refused.all(".hit")
    refused.run("window.fetch = async () => new Response('<h1>Bad gateway</h1>', {status: 502})")
    refused.one("#notice button").click()
    refused.until_says("#notice", "The service answered 502 and gave no reason.")


def test_an_empty_index(refused: Page, tmp_path: Path) -> None:
    with served(tmp_path, CannedSearcher([]), rate=None) as address:
        refused.open(address)
        refused.until_says("#notice", "The index is empty.")


def test_without_an_evaluation_the_bias_view_says_how_to_make_one(refused: Page, tmp_path: Path) -> None:
    with served(tmp_path, rate=None) as address:
        refused.open(f"{address}?view=bias")
        refused.until_says("#bias-view", "isoglot evaluate MODEL COLLECTION --out DIR")
        refused.until_says("#bias-view .notice", "--evaluation DIR")


def test_the_strictest_policy_is_kept(refused: Page, tmp_path: Path) -> None:
    """What the page promises to work under, whatever the service sends."""
    stub = CannedSearcher()
    app = create_app(ServiceSettings(tmp_path), stub, lambda: stub)
    app.add_middleware(Strict)
    with running(app) as address:
        refused.open(f"{address}?q=tides")
        refused.until_says("#status", "10 hits")
        assert refused.one("#makeup .part").size["width"] > 50


class Strict(BaseHTTPMiddleware):
    """Puts the policy in the place of the service's own."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        answer = await call_next(request)
        answer.headers["content-security-policy"] = "default-src 'self'"
        return answer
