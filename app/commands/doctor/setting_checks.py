"""Settings: what is misspelt, and what works with less than there could be."""

from collections.abc import Iterator, Mapping

from app.commands.doctor.finding import Finding, ok, warn
from app.settings import Settings, near_misses


def look_at_settings(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Of settings that could be read; each one that could not is a finding of its own."""
    for sentence in near_misses(environment):
        yield warn("settings", sentence, "Correct its name, or take it out.")
    yield ok("settings", "all of them can be read")
    yield _public_url(settings)
    yield _secret_key(settings)
    yield _watchdog(settings)


def _public_url(settings: Settings) -> Finding:
    if settings.public_url is None:
        return warn(
            "links",
            "BATON_PUBLIC_URL is not set, so pages carry no link to acknowledge by",
            f"Set it to the address at which people's phones reach {settings.bind}.",
        )
    if settings.public_url.startswith("http://"):
        return warn(
            "links",
            "BATON_PUBLIC_URL is not encrypted, and whoever sees a link in a page can answer it",
            "Put a proxy with a certificate before Baton, and use https://.",
        )
    return ok("links", f"pages link to {settings.public_url}")


def _secret_key(settings: Settings) -> Finding:
    if settings.secret_key is None:
        return warn(
            "key",
            "BATON_SECRET_KEY is not set, so the key is kept in a file beside the database: who "
            "has both can read contact methods, and without it they are lost",
            "Set it (openssl rand -hex 32) before people add contact methods, or back that file "
            "up apart from the database.",
        )
    return ok("key", "BATON_SECRET_KEY is set")


def _watchdog(settings: Settings) -> Finding:
    if settings.watchdog_url is None:
        return warn(
            "watchdog",
            "BATON_WATCHDOG_URL is not set, so nobody notices when this machine is gone",
            "Make a check at a service outside (Healthchecks, Better Stack, …) that calls you when "
            "it is no longer fetched, and set its address.",
        )
    return ok("watchdog", "a checker outside is told that Baton is well")
