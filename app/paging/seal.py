"""The seal over contact methods: what is stored of a phone number is cipher text."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.paging.errors import PagingError
from app.paging.keys import derive, read_keys
from app.paging.keys import made_key as made_key


class Seal:
    """Closes and opens addresses. With several keys, the first closes and all of them open.

    `names` tell the keys apart, newest first, and say nothing of them.
    """

    def __init__(self, key: str) -> None:
        keys = read_keys(key)
        self._box = MultiFernet(
            [Fernet(base64.urlsafe_b64encode(derive(each, "contacts"))) for each in keys]
        )
        self._newest = Fernet(base64.urlsafe_b64encode(derive(keys[0], "contacts")))
        self.names = [derive(each, "name", length=8).hex() for each in keys]
        self._marks = [derive(each, "codes") for each in keys]

    def close(self, text: str) -> bytes:
        """Cipher text; two seals of one text differ."""
        return self._box.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text; raises PagingError when no key we have closed it."""
        try:
            return self._box.decrypt(sealed).decode()
        except InvalidToken:
            # Not chained: a traceback must not carry what was sealed.
            raise PagingError(
                "This contact method was sealed with a key that Baton no longer has. Add the old "
                "key to BATON_SECRET_KEY after a comma, or add the contact method again.",
                permanent=True,
            ) from None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the first key closed it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def close_again(self, sealed: bytes) -> bytes:
        """The same text under the first key; raises PagingError as `open` does."""
        return self.close(self.open(sealed))

    def mark(self, text: str) -> str:
        """A keyed hash, for codes too short to be safe under a plain one."""
        return hmac.new(self._marks[0], text.encode(), hashlib.sha256).hexdigest()

    def matches(self, text: str, mark: str) -> bool:
        """Whether `mark` was made of `text`, by any of our keys; in constant time."""
        made = [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in self._marks]
        return any([hmac.compare_digest(each, mark) for each in made])

    def __repr__(self) -> str:
        return "Seal(…)"
