"""What can go wrong when we speak to Slack, by the one question a caller has: ask again?"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a start that only takes alerts in does without Slack's library
    from slack_sdk.errors import SlackApiError


class ChatError(Exception):
    """Slack did not do it.

    `permanent`: asking again will not help. `unknown`: it may have been done all the same, so
    reconcile before repeating. `retry_after`: seconds that Slack asked us to wait.
    """

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        permanent: bool = False,
        unknown: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.permanent = permanent
        self.unknown = unknown
        self.retry_after = retry_after


PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Slack says that part of it may have succeeded."""

BROKEN_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
)

FIXES = {
    "invalid_auth": "The bot token is wrong. Copy it anew from the app's OAuth page into "
    "SLACK_BOT_TOKEN.",
    "not_authed": "No bot token was sent. Set SLACK_BOT_TOKEN.",
    "token_revoked": "The bot token was revoked. Reinstall the app and set SLACK_BOT_TOKEN.",
    "token_expired": "The bot token has expired. Reinstall the app and set SLACK_BOT_TOKEN.",
    "account_inactive": "The app's account is switched off. Reinstall the app.",
    "channel_not_found": "The channel does not exist, or it is private and the bot is not in it. "
    "Check its name, then `/invite @baton` there.",
    "not_in_channel": "The bot is not in the channel. Type `/invite @baton` there.",
    "is_archived": "The channel is archived. Unarchive it, or name another one in baton.toml.",
    "restricted_action": "A workspace setting forbids it. Ask a workspace admin to allow the app.",
    "missing_scope": "The app lacks a permission. Reinstall it from manifest.yml.",
    "name_taken": "A channel of this name exists already.",
    "permission_denied": "In this workspace only admins change user groups. Ask one to let "
    "everyone (Settings & permissions → User groups), or leave oncall_handle out of baton.toml.",
    "plan_upgrade_required": "User groups need a paid plan of Slack's. Without one leave "
    "oncall_handle out of baton.toml.",
    "invalid_users": "Somebody of them is a guest, a bot or deactivated, and cannot be in a user "
    "group.",
}


def code_of(error: "SlackApiError") -> str:
    """Slack's error code; empty where its answer was no JSON, as the page of an outage."""
    answer = getattr(error.response, "data", None)
    return str(answer.get("error", "")) if isinstance(answer, dict) else ""


def explain(method: str, code: str, *, needed: str | None = None) -> str:
    """A sentence with the fix for an error code of Slack's."""
    if code == "missing_scope" and needed:
        return (
            f"Slack refused {method}: the app lacks the scope {needed}. Add it on the app's OAuth "
            "page (manifest.yml has it) and reinstall the app."
        )
    return f"Slack refused {method}: {code}. {FIXES.get(code, '')}".strip()
