"""The signed links in pages: a GET shows how it stands and changes nothing, a POST acts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qs

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from app.flows.acknowledge import acknowledge
from app.flows.admit import LinkCaller
from app.flows.kit import Kit, NoOrganisation
from app.flows.pass_on import pass_on
from app.flows.progress import still_on_it
from app.flows.resolve import resolve
from app.flows.work import Refused
from app.paging.links import Claim, Links
from handlers.web.link_page import LinkPage, Stand, look
from handlers.web.pages import page, sentence_page

READ_SECONDS = 10
LARGEST = 2048
"""Bytes of a form; ours have one short field."""

Act = Callable[[Kit, Claim, LinkPage], Awaitable[str]]


def routes(kit: Kit, links: Links) -> list[Route]:
    """`GET` and `POST /acknowledge/{token}`."""

    async def show(request: Request) -> Response:
        return await _answer(kit, links, request, act=None)

    async def press(request: Request) -> Response:
        name = await _pressed(request)
        act = ACTS.get(name) if name is not None else None
        if act is None:
            return sentence_page(
                "Not understood",
                "That button is not one of this page's. Nothing was done.",
                status=400,
            )
        return await _answer(kit, links, request, act=act)

    return [
        Route("/acknowledge/{token}", show, methods=["GET"]),
        Route("/acknowledge/{token}", press, methods=["POST"]),
    ]


async def _answer(kit: Kit, links: Links, request: Request, *, act: Act | None) -> Response:
    claim = links.read(request.path_params["token"])
    if claim is None:
        return _no_link(
            "This link is not complete, or not one of Baton's. Open the newest one you "
            "were sent, or acknowledge in Slack."
        )
    try:
        return await _stand(kit, claim, act)
    except (SQLAlchemyError, NoOrganisation):
        return sentence_page(
            "Try again",
            "Baton cannot reach its memory just now, so nothing was changed and the page goes on. "
            "Try again in a few seconds.",
            status=503,
        )


async def _stand(kit: Kit, claim: Claim, act: Act | None) -> Response:
    now = await kit.read(look, claim)
    if now is None:
        return _no_link("The incident of this link is not known here. Nothing was changed.")
    if now.stand is Stand.OVER:
        return _no_link(
            f"{now.incident.key} is {now.incident.state}, so its links no longer work. "
            "Nobody is being paged for it."
        )
    if act is None:
        return page("acknowledge.html", view=now, notice="", trouble="")
    try:
        notice, trouble, status = await act(kit, claim, now), "", 200
    except Refused as refusal:
        notice, trouble, status = "", refusal.sentence, 409
    after = await kit.read(look, claim) or now
    return page("acknowledge.html", status=status, view=after, notice=notice, trouble=trouble)


async def _acknowledge(kit: Kit, claim: Claim, now: LinkPage) -> str:
    await kit.do(acknowledge, claim.incident, by=_holder(claim))
    return ""


async def _still(kit: Kit, claim: Claim, now: LinkPage) -> str:
    await kit.do(still_on_it, claim.incident, by=_holder(claim))
    return "Noted: you are still on it."


async def _resolve(kit: Kit, claim: Claim, now: LinkPage) -> str:
    await kit.do(resolve, claim.incident, by=_holder(claim))
    return ""


async def _pass(kit: Kit, claim: Claim, now: LinkPage) -> str:
    if now.page is None:
        return "Nothing rings you any more."
    await kit.do(pass_on, now.page, by=_holder(claim))
    return "Passed on: the next one is being rung now."


def _holder(claim: Claim) -> LinkCaller:
    return LinkCaller(person=claim.person, incident=claim.incident)


ACTS: Mapping[str, Act] = {
    "acknowledge": _acknowledge,
    "still": _still,
    "resolve": _resolve,
    "pass": _pass,
}
"""What the form's field `act` may ask for. A push message's own button posts without a body,
and means the first."""


async def _pressed(request: Request) -> str | None:
    """The act asked for; None when the form is not one of ours, or does not arrive."""
    body = b""
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    return None
        form = parse_qs(body.decode("ascii"), max_num_fields=4)
    except (ValueError, TimeoutError, ClientDisconnect):
        return None
    return form.get("act", ["acknowledge"])[-1]


def _no_link(sentence: str) -> Response:
    return sentence_page("This link does not work", sentence, status=404)
