"""Panel and API. Handlers queue a command for the next pump and await its answer, or read the picture."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Header, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from controller.station import catalogue, errors
from controller.station.commands import NO_ANSWER, Command, Outcome
from controller.station.doorkeeper import Doorkeeper
from controller.station.hub import Hub
from controller.station.live import router as socket_router
from controller.version import __version__

PATIENCE_S: Final = 5.0  # real time; the pump itself gives up after 2 s of the table's
STATIC = files("controller.station") / "static"
Token = Annotated[str, Header(alias="X-Keel-Token")]
# Nothing but the station's own files; the page holds no script or style of its own.
POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
Ask = Callable[..., Awaitable[Response]]


class Body(BaseModel):
    """What all bodies share: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class SeatBody(Body):
    """Take or renew the seat. `force` takes it from somebody else; not while a session runs."""

    name: str = Field("", max_length=40)
    force: bool = False


class LoadBody(Body):
    """Load a programme: the name of one that comes with Keel, or its text in `toml`."""

    programme: str = Field(max_length=80)
    toml: str | None = Field(None, max_length=50_000)
    rider: str = Field("guest", min_length=1, max_length=32)
    tier: str = Field("beginner", pattern="^(beginner|intermediate|full)$")


def make_app(hub: Hub) -> FastAPI:
    """The application around a hub. Somebody else pumps the hub."""
    app = FastAPI(title="Keel", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/schema")
    app.state.hub = hub
    app.add_middleware(Doorkeeper)
    app.add_exception_handler(RequestValidationError, errors.invalid)
    app.add_exception_handler(HTTPException, errors.no_such_page)
    ask = asker(hub)
    for router in (pages(hub), motion(ask), session(ask), socket_router(hub)):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=str(STATIC)))
    return app


def asker(hub: Hub) -> Ask:
    """A function that hands a command to the pump and waits for its answer."""

    async def ask(kind: str, token: str = "", body: dict[str, Any] | None = None) -> Response:
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def settle(outcome: Outcome) -> None:
            if not answer.done():
                answer.set_result(outcome)

        hub.submit(Command(kind, settle, token, body or {}))
        try:
            return errors.reply(await asyncio.wait_for(answer, PATIENCE_S))
        except TimeoutError:
            return errors.reply(NO_ANSWER)

    return ask


def pages(hub: Hub) -> APIRouter:
    """What can be read without any right."""
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    def page() -> FileResponse:
        headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
        return FileResponse(str(STATIC / "index.html"), headers=headers)

    @router.get("/api/state")
    async def state() -> Response:
        """The newest picture of the system."""
        return Response(hub.snapshot_text(), media_type="application/json")

    @router.get("/api/history")
    async def history() -> JSONResponse:
        """Up to ten minutes of [ms, angle_deg, setpoint_deg]."""
        return JSONResponse({"points": list(hub.history.points)})

    @router.get("/api/plan")
    async def plan() -> JSONResponse:
        """The loaded programme over time: [s, angle_deg], empty when nothing has been loaded."""
        return JSONResponse({"plan": hub.controller.plan})

    @router.get("/api/programmes")
    def programmes() -> JSONResponse:
        """The programmes that come with Keel."""
        return JSONResponse({"programmes": catalogue.listing()})

    return router


def motion(ask: Ask) -> APIRouter:
    """STOP and RETURN: no login, no seat, no body, no JavaScript (a plain form comes back to the page)."""
    router = APIRouter()

    async def order(kind: str, accept: str) -> Response:
        answer = await ask(kind)
        return RedirectResponse("/", 303) if "text/html" in accept and answer.status_code == 200 else answer

    @router.post("/api/stop")
    async def stop(accept: Annotated[str, Header()] = "") -> Response:
        """Freeze head-down motion."""
        return await order("stop", accept)

    @router.post("/api/return")
    async def bring_back(accept: Annotated[str, Header()] = "") -> Response:
        """Bring the rider back upright by a staged return."""
        return await order("return", accept)

    return router


def session(ask: Ask) -> APIRouter:
    """What needs the seat: its token goes into the header X-Keel-Token."""
    router = APIRouter()

    @router.post("/api/seat")
    async def take_seat(body: SeatBody, token: Token = "") -> Response:
        """Take the seat, or renew it with its token."""
        return await ask("seat", token, body.model_dump())

    @router.delete("/api/seat")
    async def leave_seat(token: Token = "") -> Response:
        """Give the seat up; during a session that is a RETURN."""
        return await ask("leave", token)

    @router.post("/api/load")
    async def load(body: LoadBody, token: Token = "") -> Response:
        """Load a programme for a rider; the checks begin."""
        text = body.toml if body.toml is not None else catalogue.text_of(body.programme)
        if text is None:
            known = ", ".join(catalogue.names())
            missing = f"There is no programme named {body.programme!r}."
            return errors.reply(Outcome(False, "not_found", missing, f"Known: {known}."))
        rider = {"id": body.rider, "tier": body.tier}
        return await ask("load", token, {"programme": text, "name": body.programme, "rider": rider})

    for kind in ("start", "continue", "unload"):
        router.add_api_route(f"/api/{kind}", simple(ask, kind), methods=["POST"], summary=f"{kind} (seat)")
    return router


def simple(ask: Ask, kind: str) -> Callable[..., Awaitable[Response]]:
    """A handler without a body."""

    async def handler(token: Token = "") -> Response:
        return await ask(kind, token)

    handler.__name__ = kind
    return handler
