"""What every web door answers when something is not there or went wrong: generic, never a trace."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
SENTENCES = {404: "There is nothing here.", 405: "This address does not take that method."}


def exception_handlers() -> Mapping[Any, Any]:
    """For Starlette: HTTP errors as a sentence, and anything else as 500 without detail."""
    return {HTTPException: _refused, Exception: _broken}


async def _refused(request: Request, error: HTTPException) -> Response:
    sentence = SENTENCES.get(error.status_code, "The request was refused.")
    return JSONResponse(
        {"status": error.status_code, "detail": sentence}, error.status_code, HEADERS
    )


async def _broken(request: Request, error: Exception) -> Response:
    return JSONResponse(
        {"status": 500, "detail": "Something failed inside; try again."}, 500, HEADERS
    )
