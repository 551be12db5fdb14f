"""GET or POST /v1/heartbeats/<key>: a sign of life."""

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.flows.beat import Beat, beat
from app.flows.kit import Kit


def routes(kit: Kit) -> list[Route]:
    """2xx means that the beat is on disk."""

    async def take(request: Request) -> Response:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        given = secret.strip() if scheme.lower() == "bearer" else ""
        try:
            done = await kit.do(beat, request.path_params["key"], secret=given)
        except SQLAlchemyError:
            return JSONResponse({"detail": "The database is away; send it again."}, 503)
        if done is Beat.NOT_ADMITTED:
            return JSONResponse({"detail": "Send a valid token: Authorization: Bearer …"}, 401)
        if done is Beat.UNKNOWN:
            return JSONResponse({"detail": "No heartbeat of this key is in baton.toml."}, 404)
        return JSONResponse({"status": "accepted"})

    return [Route("/v1/heartbeats/{key}", take, methods=["GET", "POST"])]
