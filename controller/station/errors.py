"""Errors as the API gives them: `{"error": {"code", "message", "remedy"}}` with a status that fits."""

from __future__ import annotations

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from controller.station.commands import Outcome

STATUS_OF = {
    "done": 200,
    "no_seat": 403,
    "foreign": 403,
    "not_found": 404,
    "taken": 409,
    "refused": 409,
    "invalid": 422,
    "no_guard": 503,
    "no_controller": 503,
    "no_answer": 504,
}


def reply(outcome: Outcome) -> JSONResponse:
    """An outcome as a response."""
    if outcome.accepted:
        body = {"accepted": True, "message": outcome.text, **(outcome.data or {})}
        return JSONResponse(body, headers={"cache-control": "no-store"})
    error = {"code": outcome.code, "message": outcome.text, "remedy": outcome.remedy}
    return JSONResponse({"accepted": False, "error": error}, STATUS_OF.get(outcome.code, 409))


async def invalid(request: Request, error: Exception) -> JSONResponse:
    """A body that does not fit: every field that is wrong, by name."""
    assert isinstance(error, RequestValidationError)
    wrong = "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors())
    return reply(Outcome(False, "invalid", f"The request does not fit: {wrong}.", "See /api/schema."))


async def no_such_page(request: Request, error: Exception) -> JSONResponse:
    """An address or method that is not there, in the same form as every other error."""
    assert isinstance(error, HTTPException)
    answer = reply(Outcome(False, "not_found", f"{request.url.path}: {error.detail}.", "See /api/schema."))
    answer.status_code = error.status_code
    return answer
