"""The scopes that manifest.yml asks for."""

from dataclasses import dataclass
from pathlib import Path

import yaml

MANIFEST = Path(__file__).parents[3] / "manifest.yml"


@dataclass(frozen=True, kw_only=True)
class WantedScopes:
    needed: frozenset[str]
    optional: frozenset[str]


def wanted_scopes(path: Path = MANIFEST) -> WantedScopes | None:
    """None where the manifest does not stand beside this installation."""
    try:
        scopes = yaml.safe_load(path.read_text(encoding="utf-8"))["oauth_config"]["scopes"]
    except OSError:
        return None
    optional = frozenset(scopes.get("bot_optional", ()))
    return WantedScopes(needed=frozenset(scopes["bot"]) - optional, optional=optional)
