"""Who may talk to the station: pages of its own, and programs. Kept simple; the guard trusts nobody anyway.

The Host header must be an address or a name of this machine (against DNS rebinding), and a browser's Origin
must be the station itself (against foreign pages that post here).
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from controller.station.commands import Outcome
from controller.station.errors import reply

FOREIGN = Outcome(
    False,
    "foreign",
    "This request comes from another site or uses a name that is not this machine's.",
    "Open the panel by the address that the station printed.",
)


def is_own_name(host: str) -> bool:
    """Whether a Host header names this machine: an address, localhost, its host name, or something.local."""
    name = (urlsplit(f"//{host}").hostname or "").lower()
    if name in ("localhost", socket.gethostname().lower()) or name.endswith(".local"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def may_enter(host: str, origin: str | None) -> bool:
    """Whether a request with these two headers is let in."""
    try:
        return is_own_name(host) and (origin is None or urlsplit(origin).netloc.lower() == host.lower())
    except ValueError:  # urlsplit, on brackets that do not close
        return False


class Doorkeeper:
    """ASGI middleware; closes WebSockets and answers 403 to everybody it does not let in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in or turn away."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        if may_enter(headers.get("host", ""), headers.get("origin")):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await reply(FOREIGN)(scope, receive, send)
