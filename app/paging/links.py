"""The signed links in pages: whoever holds one may answer as the person it was made for."""

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from app.paging.keys import derive, read_keys
from app.rules.incident import IncidentId
from app.rules.organisation import PersonId

LONGEST = 400
"""Characters of a token; nothing longer is worth deciphering."""
PURPOSE = b"acknowledge 1"
"""What the token is for, and the version of its form: a token for anything else does not open."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a genuine link says: this person was rung for this incident by this escalation."""

    incident: IncidentId
    escalation: int
    person: PersonId


class Links:
    """Makes and reads acknowledge links.

    A token is the claim under AES-SIV: it cannot be altered or guessed (a tag of 128 bits), and
    nobody who sees it in a log learns whose it is. The same claim always gives the same link.
    """

    def __init__(self, public_url: str | None, key: str) -> None:
        self.public_url = public_url.rstrip("/") if public_url else None
        self._keys = [AESSIV(derive(each, "links")) for each in read_keys(key)]

    def acknowledge(self, incident: IncidentId, escalation: int, person: PersonId) -> str | None:
        """The address to send to a phone; None when Baton has no public address."""
        if self.public_url is None:
            return None
        return f"{self.public_url}/acknowledge/{self.token(incident, escalation, person)}"

    def token(self, incident: IncidentId, escalation: int, person: PersonId) -> str:
        claim = _number(incident) + _number(escalation) + person.encode()
        sealed = self._keys[0].encrypt(claim, [PURPOSE])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def read(self, token: str) -> Claim | None:
        """What the link says, or None when it is not one of ours, whole and unaltered."""
        sealed = _decode(token)
        if sealed is None:
            return None
        for key in self._keys:
            try:
                return _claim(key.decrypt(sealed, [PURPOSE]))
            except InvalidTag:
                continue
        return None

    def __repr__(self) -> str:
        return f"Links({self.public_url!r})"


def _decode(token: str) -> bytes | None:
    if not token.isascii() or len(token) > LONGEST:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # The last character may hold idle bits: of the spellings of one token only ours is good.
    same = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token
    return raw if same and len(raw) > 16 else None


def _claim(plain: bytes) -> Claim:
    incident, plain = _take(plain)
    escalation, plain = _take(plain)
    return Claim(incident=incident, escalation=escalation, person=plain.decode())


def _number(value: int) -> bytes:
    """Seven bits a byte, so that small numbers make short links."""
    if value < 0:
        raise ValueError("numbers of incidents are not negative")
    digits = []
    while True:
        value, low = value >> 7, value & 0x7F
        digits.append(low | (0x80 if value else 0))
        if not value:
            return bytes(digits)


def _take(plain: bytes) -> tuple[int, bytes]:
    value = 0
    for at, digit in enumerate(plain):
        value |= (digit & 0x7F) << (7 * at)
        if not digit & 0x80:
            return value, plain[at + 1 :]
    raise ValueError("cut short")
