"""The MCP endpoint: an assistant searches with the same requests and answers as everybody else."""

from inspect import Parameter, Signature
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import ValidationError, WithJsonSchema
from starlette.routing import Route

from isoglot import __version__
from isoglot.errors import IsoglotError
from isoglot.search.request import SearchRequest
from isoglot.search.response import IndexDescription, SearchResponse
from isoglot.search.service.answering import Answering
from isoglot.search.service.live import LiveIndex
from isoglot.search.service.refusal import Refusal
from isoglot.search.service.sentences import sentence_of
from isoglot.search.service.settings import BODY_BYTES

INSTRUCTIONS = (
    "Finds passages in many languages for a question in any language. Ask in the user's own words and language; "
    "describe_index tells which languages, sources and metadata columns there are to filter by."
)
SEARCH = "search"
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
# Names of hosts are checked before, for all routes alike.
CHECKED_BEFORE = TransportSecuritySettings(enable_dns_rebinding_protection=False)


class Assistant(MCPServer[Any]):
    """The server, which refuses arguments that the library would pass over."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; raises ToolError for arguments that it does not have."""
        if name == SEARCH:
            _check(arguments)
        return await super().call_tool(name, arguments, context)


def assistant(index: LiveIndex, answering: Answering) -> MCPServer[Any]:
    """The server with its tools."""
    server = Assistant("isoglot", instructions=INSTRUCTIONS, version=__version__, log_level="ERROR")

    async def search(**asked: Any) -> SearchResponse:
        try:
            return await answering.answer(_request(asked))
        except (Refusal, IsoglotError) as problem:
            raise ToolError(str(problem)) from problem

    async def describe_index() -> IndexDescription:
        return index.current.description

    search.__signature__ = _signature()  # type: ignore[attr-defined]
    server.add_tool(search, name=SEARCH, description="Search the passages of the index.", annotations=READ_ONLY)
    server.add_tool(describe_index, description="Tell what the index holds.", annotations=READ_ONLY)
    return server


def mcp_route(server: MCPServer[Any]) -> Route:
    """The endpoint: one POST a message, without sessions, so that a restart or another process loses nothing."""
    made = server.streamable_http_app(
        json_response=True, stateless_http=True, transport_security=CHECKED_BEFORE, max_request_body_size=BODY_BYTES
    )
    (route,) = (route for route in made.routes if isinstance(route, Route))
    return Route(route.path, route.app, methods=["POST"])


def _check(arguments: dict[str, Any]) -> None:
    """Refuse arguments that are no fields of a request, and a question that is missing or no text."""
    fields = SearchRequest.model_fields
    _request({name: value for name, value in arguments.items() if name == "question" or name not in fields})


def _request(asked: dict[str, Any]) -> SearchRequest:
    try:
        return SearchRequest(**asked)
    except ValidationError as problem:
        raise ToolError(sentence_of(problem.errors(include_url=False))) from problem


def _signature() -> Signature:
    """The fields of a request as the parameters of a tool; what is wrong with them, the request itself says."""
    schemas = SearchRequest.model_json_schema()["properties"]
    return Signature(
        [
            Parameter(
                name,
                Parameter.KEYWORD_ONLY,
                default=Parameter.empty if field.is_required() else field.default,
                # Of what may not be a text, a text is read as JSON, which some assistants send.
                annotation=Annotated[str if field.annotation is str else Any, WithJsonSchema(schemas[name])],
            )
            for name, field in SearchRequest.model_fields.items()
        ],
        return_annotation=SearchResponse,
    )
