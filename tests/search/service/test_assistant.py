"""The MCP endpoint, with the protocol's own client."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from isoglot.search.service.app import create_app
from isoglot.search.service.settings import ServiceSettings

from .stub import StubSearcher

TOKEN = "a-token-of-this-test"
URL = "http://localhost/mcp"
Talks = Callable[[Client], Awaitable[Any]]


def talk(talks: Talks, folder: Path, token: str | None = None, sent: str | None = None) -> Any:
    """What a client got from a service that wants a token and is sent one."""
    app = create_app(ServiceSettings(folder, token=token), StubSearcher(unencodable="spoilt"), StubSearcher)
    headers = {"Authorization": f"Bearer {sent}"} if sent else {}

    async def talking() -> Any:
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app), headers=headers) as http,
            Client(streamable_http_client(URL, http_client=http)) as client,
        ):
            return await talks(client)

    return asyncio.run(talking())


def test_the_tools_are_described_by_the_fields_of_a_request(tmp_path: Path) -> None:
    tools = {tool.name: tool for tool in talk(lambda client: client.list_tools(), tmp_path).tools}
    assert set(tools) == {"search", "describe_index"}
    schema = tools["search"].input_schema
    assert schema["required"] == ["question"]
    assert schema["properties"]["k"]["maximum"] == 100
    assert schema["properties"]["languages"]["description"] == "search passages in these languages; none for all"


def test_an_assistant_searches(tmp_path: Path) -> None:
    asked = {"question": "When does the train leave?", "k": 2, "languages": ["en"]}
    found = talk(lambda client: client.call_tool("search", asked), tmp_path)
    assert not found.is_error
    assert [hit["language"] for hit in found.structured_content["hits"]] == ["en", "en"]
    assert "The train leaves at eight." in found.content[0].text


def test_an_assistant_learns_what_there_is(tmp_path: Path) -> None:
    found = talk(lambda client: client.call_tool("describe_index", {}), tmp_path)
    assert found.structured_content["columns"]["year"] == ["2023", "2024"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"question": "a", "k": 10**9}, "k is 1000000000: input should be less than or equal to 100."),
        ({"question": "a" * 5_000}, "at most 4000 characters"),
        ({"question": "a", "balance": "unfair"}, "balance is 'unfair': input should be 'as-scored', 'calibrated'"),
        ({"question": "a", "where": {"zzz": 1}}, "There is no column 'zzz'"),
        ({"question": "spoilt"}, "This question cannot be encoded."),
        ({"question": "a", "language": "en"}, "language is nothing that can be asked for."),
        ({}, "question is missing."),
        ({"question": 5}, "question is 5: input should be a valid string."),
    ],
)
def test_a_wrong_call_is_told_so(tmp_path: Path, asked: dict[str, Any], sentence: str) -> None:
    found = talk(lambda client: client.call_tool("search", asked), tmp_path)
    assert found.is_error
    assert sentence in found.content[0].text
    assert "\n" not in found.content[0].text  # one sentence, and no validator's own listing


def test_the_token_is_wanted_here_too(tmp_path: Path) -> None:
    assert talk(lambda client: client.list_tools(), tmp_path, TOKEN, TOKEN).tools
    with pytest.raises(ExceptionGroup) as failed:
        talk(lambda client: client.list_tools(), tmp_path, TOKEN, "another-token-entirely")
    assert failed.value.subgroup(MCPError)
