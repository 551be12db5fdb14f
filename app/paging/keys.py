"""The secret keys: read from the setting, or made once and kept beside the database."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST = 32


class KeyUnusable(Exception):
    """There is no key to seal or sign with; the sentence is for the operator."""


def read_keys(setting: str) -> Sequence[str]:
    """The keys in a setting, newest first: the first one seals and signs, all of them open."""
    keys = [key.strip() for key in setting.split(",") if key.strip()]
    if not keys or any(len(key) < SHORTEST for key in keys):
        raise KeyUnusable(
            f"BATON_SECRET_KEY must hold keys of at least {SHORTEST} random characters, newest "
            "first, separated by commas."
        )
    return keys


def fingerprints(setting: str) -> list[str]:
    """What tells keys apart and gives none of them away, newest first."""
    return [derive(key, "fingerprint", length=6).hex() for key in read_keys(setting)]


def derive(key: str, purpose: str, *, length: int = 32) -> bytes:
    """A key for one purpose only, so that what one purpose leaks is worth nothing to another."""
    made = HKDF(algorithm=SHA256(), length=length, salt=None, info=f"baton {purpose}".encode())
    return made.derive(key.encode())


def made_key(path: Path | str) -> str:
    """The keys kept in `path`, newest first as in the setting; the file is made on first use and
    readable by its owner only.

    Two processes that start together agree: the file appears whole, and the first one wins.
    """
    path = Path(path)
    if not path.exists():
        _make(path)
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnusable(
            f"The key file {path} cannot be read. Contact methods are sealed with it: put it back "
            "from a backup, or set BATON_SECRET_KEY."
        ) from error
    if len(key) < SHORTEST:
        raise KeyUnusable(
            f"The key file {path} is empty or cut short. Contact methods are sealed with it: put "
            "it back from a backup, or set BATON_SECRET_KEY."
        )
    return key


def add_key(path: Path | str) -> None:
    """Put a new key before those in `path`; the file changes at once and as a whole."""
    path = Path(path)
    part = _write(path, f"{new_key()},{made_key(path)}")
    os.replace(part, path)


def new_key() -> str:
    return secrets.token_hex(32)


def _make(path: Path) -> None:
    part = _write(path, new_key())
    try:
        os.link(part, path)  # unlike a rename, it never replaces a key that is in use
    except FileExistsError:
        return
    finally:
        part.unlink()


def _write(path: Path, text: str) -> Path:
    """The text on the disk, in a file beside `path` that only its owner reads."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyUnusable(
            f"A key file cannot be made at {path}: {error.strerror}. Make its folder writable, or "
            "set BATON_SECRET_KEY."
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return part
