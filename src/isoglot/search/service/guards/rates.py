"""How often one client may ask."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

from isoglot.search.service.refusal import busy, refuse

LIMITED = ("/api/", "/mcp")
BURST_SECONDS = 2.0
MOST_CLIENTS = 10_000


class Rates:
    """Refuses clients that ask too often; files of the page, health and metrics are not counted."""

    def __init__(self, app: ASGIApp, rate: float) -> None:
        self.app, self.buckets = app, Buckets(rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        limited = scope["type"] == "http" and scope["path"].startswith(LIMITED)
        wait = self.buckets.take(client_of(scope)) if limited else 0.0
        if wait:
            sentence = f"This client asks more than {self.buckets.rate:g} times a second; wait a moment."
            await refuse(busy(sentence, math.ceil(wait), 429), scope, receive, send)
        else:
            await self.app(scope, receive, send)


class Buckets:
    """A token bucket for each client, which holds what may be asked in two seconds, at least one.

    Of a bucket only the time is kept at which it will be full again; of clients only as many as fit.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self._clock = rate, clock
        self._room = max(BURST_SECONDS, 1 / rate)
        self._full: OrderedDict[str, float] = OrderedDict()

    def take(self, client: str) -> float:
        """Take a token: 0.0, or the seconds until there is one."""
        now = self._clock()
        full = max(self._full.get(client, now), now) + 1 / self.rate
        if full - now > self._room + 1e-9:
            return full - now - self._room
        self._full[client] = full
        self._full.move_to_end(client)
        if len(self._full) > MOST_CLIENTS:
            self._full.popitem(last=False)
        return 0.0


def client_of(scope: Scope) -> str:
    """Who asks: the address, of IPv6 the network of 64 bits, since one client has all of it.

    >>> client_of({"client": ("2001:db8::1", 80)})
    '2001:db8::/64'
    """
    host = (scope.get("client") or ("unknown", 0))[0]
    try:
        return str(ip_network((host, 64), strict=False)) if ip_address(host).version == 6 else host
    except ValueError:
        return host
