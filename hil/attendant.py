"""The attendant beside the demo's table: takes the seat at the panel, loads the programme, starts it.

A client like any browser: HTTP for what it asks, a WebSocket to be present. It does nothing that a person
could not do; when a session ends early it does not start another.
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

NAME: Final = "attendant"
PATIENCE_S: Final = 10.0
AGAIN_S: Final = 0.1


class Attendant(threading.Thread):
    """One session at the panel that `station_file` names; looks again when the station was restarted."""

    def __init__(self, station_file: Path, programme: str, toml: str | None, rider: str, tier: str) -> None:
        super().__init__(name=NAME, daemon=True)
        self.said: list[str] = []  # refusals, in words for a person
        self.snapshot: dict[str, Any] = {}
        self._station_file = station_file
        self._load = {"programme": programme, "toml": toml, "rider": rider, "tier": tier}
        self._leaving = threading.Event()
        self._has_loaded = False
        self._began = False

    def run(self) -> None:
        """Until told to leave."""
        while not self._leaving.is_set():
            try:
                url = json.loads(self._station_file.read_text())["url"]
                with connect(url.replace("http", "ws", 1) + "ws", open_timeout=PATIENCE_S) as socket:
                    self._sit(url, socket)
            except (OSError, ValueError, WebSocketException, HTTPException):
                self._leaving.wait(AGAIN_S)  # no station yet, or no longer

    def leave(self) -> None:
        """Get up; the seat stays empty."""
        self._leaving.set()

    def _sit(self, url: str, socket: ClientConnection) -> None:
        token = self._post(url, "seat", {"name": NAME, "force": True}).get("token", "")
        socket.send(json.dumps({"type": "seat", "token": token}))
        while not self._leaving.is_set():
            try:
                seen = json.loads(socket.recv(timeout=PATIENCE_S))
            except TimeoutError:
                return
            if "can" in seen:
                self.snapshot = seen
                self._act(url, token, seen["can"])

    def _act(self, url: str, token: str, can: dict[str, str | None]) -> None:
        if not self._has_loaded and can["load"] is None:
            self._has_loaded = self._ask(url, token, "load", self._load)
        elif self._has_loaded and not self._began and can["start"] is None:
            self._began = self._ask(url, token, "start", None)

    def _ask(self, url: str, token: str, what: str, body: dict[str, Any] | None) -> bool:
        answer = self._post(url, what, body, token)
        if not answer.get("accepted"):
            error = answer.get("error", {})
            said = f"{what}: {error.get('message', answer)} {error.get('remedy', '')}".strip()
            if said not in self.said:
                self.said.append(said)
        return bool(answer.get("accepted"))

    @staticmethod
    def _post(url: str, what: str, body: dict[str, Any] | None, token: str = "") -> dict[str, Any]:
        headers = {"content-type": "application/json", "x-keel-token": token}
        data = b"" if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{url}api/{what}", data, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                found: dict[str, Any] = json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            found = json.loads(refused.read())
        return found
