"""A service for this machine answers only to the names of this machine.

Else a web page whose name is made to point here (DNS rebinding) could read the index through a visitor's browser.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from isoglot.search.service.refusal import Refusal, refuse


class LoopbackHosts:
    """Refuses other names in the header Host."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and not is_loopback(name_of(Headers(scope=scope).get("host", "localhost"))):
            sentence = "This service answers only to localhost; give it a token or another --host to use other names."
            await refuse(Refusal(400, sentence), scope, receive, send)
        else:
            await self.app(scope, receive, send)


def name_of(host: str) -> str:
    """The name in a header Host, without its port.

    >>> name_of("localhost:8000"), name_of("[::1]:8000"), name_of("[")
    ('localhost', '::1', '')
    """
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(name: str) -> bool:
    """Whether a name or address is this machine's own.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("example.org")
    (True, True, False)
    """
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
