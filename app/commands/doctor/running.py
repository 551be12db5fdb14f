"""Is there a `run` process, and does it do its work?"""

import aiohttp

from app.commands.doctor.finding import Finding, fail, ok, warn
from app.setting_values import Address

PATIENCE = 3.0
HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""A process that listens on all addresses is asked on this machine's own."""

FIXES = {
    "database": "See what is said of the database above.",
    "organisation": "Apply the organisation file with `python3 -m app apply`.",
    "tick": "It hangs: look at its logs, and start it anew.",
}


async def look_at_running(bind: Address) -> Finding:
    """Asks /readyz on the admin bind."""
    address = Address(HERE.get(bind.host, bind.host), bind.port)
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{address}/readyz") as answer,
        ):
            status, checks = answer.status, await answer.json(content_type=None)
    except (aiohttp.ClientConnectorError, ConnectionError):
        fix = "Start it with `python3 -m app run`; BATON_ADMIN_BIND says where it is asked."
        return warn("running", f"no Baton answers at {address}", fix)
    except (TimeoutError, aiohttp.ClientError, ValueError):
        fix = "Another program may have that address, or Baton hangs: look at its logs."
        return fail("running", f"{address} does not answer as Baton does", fix)
    if status == 200:
        return ok("running", f"Baton runs and is ready ({address})")
    ill = [name for name, well in checks.items() if not well] if isinstance(checks, dict) else []
    fixes = " ".join(FIXES[name] for name in ill if name in FIXES)
    return fail("running", f"Baton runs and is not ready: {', '.join(ill) or status}", fixes)
