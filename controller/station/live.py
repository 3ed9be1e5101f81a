"""The WebSocket: ten minutes of chart first, then a picture whenever the pump has made a new one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from controller.station.commands import Command, Outcome
from controller.station.hub import Hub

EVERY_S: Final = 0.066  # 15 a second


def router(hub: Hub) -> APIRouter:
    """The route `/ws`. The page sends `{"type": "seat", "token": ...}` to be present as the seat's holder."""
    routes = APIRouter()

    @routes.websocket("/ws")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        tokens: list[str] = []
        listener = asyncio.create_task(listen(hub, socket, tokens))
        try:
            await push(hub, socket, listener)
        except (WebSocketDisconnect, RuntimeError):
            pass  # starlette raises either when the other end has gone
        finally:
            listener.cancel()
            for token in tokens:
                hub.submit(Command("detach", token=token))

    return routes


async def push(hub: Hub, socket: WebSocket, listener: asyncio.Task[None]) -> None:
    """Send until the page goes. A pump that stands still sends nothing: silence is what shows as stale."""
    await socket.send_text(json.dumps({"type": "history", "points": list(hub.history.points)}))
    sent = -1
    while not listener.done():
        if hub.pumps != sent:
            sent = hub.pumps
            await socket.send_text(hub.snapshot_text())
        await asyncio.sleep(EVERY_S)


async def listen(hub: Hub, socket: WebSocket, tokens: list[str]) -> None:
    """Take what the page says until it goes."""
    try:
        while True:
            token = token_in(await socket.receive_text())
            if token and token not in tokens:
                hub.submit(Command("attach", attached(tokens, token), token))
    except (WebSocketDisconnect, RuntimeError):
        return


def attached(tokens: list[str], token: str) -> Callable[[Outcome], None]:
    """Remember the token if the pump has let it sit."""

    def answer(outcome: Outcome) -> None:
        if outcome.accepted:
            tokens.append(token)

    return answer


def token_in(text: str) -> str | None:
    """The token of a seat message, None for anything else."""
    try:
        message = json.loads(text)
    except ValueError:
        return None
    if not isinstance(message, dict) or message.get("type") != "seat":
        return None
    token = message.get("token")
    return token if isinstance(token, str) else None
