"""What the ways to reach a person are called."""

from app.chat.words.escape import escape

NAMES = {"slack": "Slack", "push": "Push", "sms": "SMS", "voice": "Voice call", "email": "E-mail"}
HINT_LIMIT = 80


def way(method: str, hint: str = "") -> str:
    """ "SMS …42": the method, and which of them where there may be several."""
    name = NAMES.get(method) or escape(method, 20)
    return f"{name} {escape(hint, HINT_LIMIT)}".strip()
