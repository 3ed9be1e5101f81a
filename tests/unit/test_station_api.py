"""The API in memory (ASGI), with a pump beside it and stand-ins for guard and controller at the sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from controller.station.app import make_app
from controller.station.doorkeeper import may_enter
from controller.station.hub import Hub
from controller.station.recorder import Place, Recorder
from safety.observation import ORDER_RETURN, ORDER_STOP
from tests.browser.doubles import PARKED, ControllerDouble, GuardDouble

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Api:
    """A client, and what stands behind the sockets."""

    def __init__(self, folder: Path) -> None:
        self.guard, self.controller = GuardDouble(folder), ControllerDouble(folder)
        recorder = Recorder(Place(folder / "runs", "test", folder, None), lambda: 1_700_000_000)
        self.hub = Hub(folder / "guard.sock", folder / "controller.sock", recorder)
        transport = httpx.ASGITransport(make_app(self.hub))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost:8080")

    async def pump(self) -> None:
        now_ms = 0
        while True:
            now_ms += 50
            self.hub.pump(now_ms)
            self.guard.step()
            self.controller.step()
            self.guard.tell(**PARKED, now_ms=now_ms)
            await asyncio.sleep(0.001)

    async def sit(self) -> dict[str, str]:
        answer = await self.client.post("/api/seat", json={"name": "Ann"})
        return {"X-Keel-Token": answer.json()["token"]}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    api = Api(tmp_path)
    pump = asyncio.create_task(api.pump())
    yield api
    pump.cancel()
    await api.client.aclose()
    api.hub.close()
    api.guard.close()
    api.controller.close()


@pytest.mark.parametrize(("path", "order"), [("/api/stop", ORDER_STOP), ("/api/return", ORDER_RETURN)])
async def test_stop_and_return_are_one_empty_post(api: Api, path: str, order: int) -> None:
    answer = await api.client.post(path)
    assert answer.status_code == 200
    assert answer.json() == {"accepted": True, "message": "as you say"}
    assert api.guard.orders == [order]


async def test_a_plain_form_comes_back_to_the_page(api: Api) -> None:
    answer = await api.client.post("/api/stop", headers={"accept": "text/html,*/*"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_load_by_name_and_by_text(api: Api) -> None:
    token = await api.sit()
    named = await api.client.post("/api/load", json={"programme": "beginner", "rider": "r7"}, headers=token)
    text = await api.client.post("/api/load", json={"programme": "mine", "toml": "x = 1"}, headers=token)
    assert (named.status_code, text.status_code) == (200, 200)
    loads = [each for each in api.controller.asked if each["type"] == "load"]
    assert "[programme]" in loads[0]["programme"]
    assert loads[0]["rider"] == {"id": "r7", "tier": "beginner"}
    assert (loads[1]["name"], loads[1]["programme"]) == ("mine", "x = 1")


async def test_errors_have_code_message_and_remedy(api: Api) -> None:
    token = await api.sit()
    answers = [
        (await api.client.post("/api/start"), 403, "no_seat"),
        (await api.client.post("/api/seat", json={"name": "Bob"}), 409, "taken"),
        (await api.client.post("/api/load", json={"programme": "no"}, headers=token), 404, "not_found"),
        (await api.client.post("/api/load", json={"programm": "x"}, headers=token), 422, "invalid"),
        (await api.client.get("/nowhere"), 404, "not_found"),
        (await api.client.get("/api/stop"), 405, "not_found"),
        (await api.client.post("/api/stop", headers={"origin": "http://evil.example"}), 403, "foreign"),
    ]
    for answer, status, code in answers:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (status, code), answer.text
        assert error["message"]
        assert error["remedy"]
    assert api.guard.orders == []


async def test_the_seat_is_renewed_and_left(api: Api) -> None:
    token = await api.sit()
    again = await api.client.post("/api/seat", json={}, headers=token)
    assert again.json()["token"] == token["X-Keel-Token"]
    assert (await api.client.delete("/api/seat", headers=token)).status_code == 200
    assert (await api.client.get("/api/state")).json()["seat"]["holder"] in (None, "Ann")
    assert (await api.client.post("/api/seat", json={"name": "Bob"})).status_code == 200


async def test_state_history_and_programmes_can_be_read(api: Api) -> None:
    await api.client.post("/api/return")
    state = (await api.client.get("/api/state")).json()
    assert (state["state"], state["table"]["angle_deg"]) == ("parked", -70.0)
    assert (await api.client.get("/api/history")).json()["points"][0][1] == -70.0
    programmes = (await api.client.get("/api/programmes")).json()["programmes"]
    assert "beginner" in [each["name"] for each in programmes]
    assert all(each["title"] and each["tier"] for each in programmes)


async def test_the_page_and_all_it_needs_come_from_here(api: Api) -> None:
    page = await api.client.get("/")
    assert "https://" not in page.text
    assert "http://" not in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    names = ("panel.js", "panel.css", "api.js", "view.js", "chart.js", "icon.svg", "vendor/uPlot.iife.min.js")
    for name in names:
        assert (await api.client.get(f"/static/{name}")).status_code == 200, name


@pytest.mark.parametrize(
    ("host", "origin", "let_in"),
    [
        ("127.0.0.1:8080", None, True),
        ("localhost:8080", "http://localhost:8080", True),
        ("[::1]:8080", "http://[::1]:8080", True),
        ("192.168.1.7", "http://192.168.1.7", True),
        ("keel.local:80", None, True),
        ("evil.example", None, False),
        ("", None, False),
        ("[", None, False),
        ("127.0.0.1:8080", "http://evil.example", False),
        ("127.0.0.1:8080", "http://127.0.0.1:9090", False),
        ("127.0.0.1:8080", "null", False),
    ],
)
async def test_who_may_enter(host: str, origin: str | None, let_in: bool) -> None:
    assert may_enter(host, origin) is let_in
