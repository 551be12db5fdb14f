"""GET or POST /v1/heartbeats/<key>: a sign of life."""

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.flows.beat import beat
from app.flows.kit import Kit


def routes(kit: Kit) -> list[Route]:
    """2xx means that the beat is on disk."""

    async def take(request: Request) -> Response:
        try:
            known = await kit.do(beat, request.path_params["key"])
        except SQLAlchemyError:
            return JSONResponse({"detail": "The database is away; send it again."}, 503)
        if not known:
            return JSONResponse({"detail": "No heartbeat of this key is in baton.toml."}, 404)
        return JSONResponse({"status": "accepted"})

    return [Route("/v1/heartbeats/{key}", take, methods=["GET", "POST"])]
