"""Fetching a calendar: over TLS, from public addresses, bounded in size and in time."""

import datetime
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.calendars.absences import LARGEST, BadCalendar
from app.delivery import fetch
from app.delivery.fetch import fetch_calendar
from app.paging import guard


class Server(http.server.BaseHTTPRequestHandler):
    """Answers by the path it is asked for."""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/moved":
                self._answer(302, b"", location="/a.ics")
            case "/down":
                self._answer(302, b"", location="http://127.0.0.1/a.ics")
            case "/round":
                self._answer(301, b"", location="/round")
            case "/large":
                self._answer(200, b"x" * (LARGEST + 1))
            case "/slow":
                self._answer(200, b"x", length=100_000)
                for _ in range(100):
                    time.sleep(0.1)
                    self.wfile.write(b"x")
            case "/none":
                self._answer(404, b"secret words")
            case _:
                self._answer(200, b"BEGIN:VCALENDAR")

    def _answer(self, status: int, body: bytes, *, location: str = "", length: int = 0) -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of localhost in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("cal.localtest")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "pair.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture(scope="module")
def port(pair: Path) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def get(pair: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bytes]:
    """Fetch from the local server, which for once counts as public."""
    trusting = ssl.create_default_context(cafile=str(pair))
    looked_up: Any = socket.getaddrinfo

    def local(host: str, *rest: object, **more: object) -> object:
        return looked_up("127.0.0.1" if host == "cal.localtest" else host, *rest, **more)

    monkeypatch.setattr("socket.getaddrinfo", local)
    monkeypatch.setattr(guard, "is_public", lambda host: True)

    def fetched(path: str) -> bytes:
        return fetch_calendar(f"https://cal.localtest:{port}{path}", context=trusting)

    return fetched


def test_it_is_fetched_also_after_a_move(get: Callable[[str], bytes]) -> None:
    assert get("/a.ics?token=x") == b"BEGIN:VCALENDAR"
    assert get("/moved") == b"BEGIN:VCALENDAR"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/down", "begins with https"),
        ("/round", "without an end"),
        ("/large", "larger than 1 MB"),
        ("/none", "answered 404"),
    ],
)
def test_what_is_refused_is_a_sentence_without_the_address(
    get: Callable[[str], bytes], path: str, words: str
) -> None:
    with pytest.raises(BadCalendar, match=words) as refused:
        get(path)
    assert "localtest" not in refused.value.sentence
    assert "secret" not in refused.value.sentence


def test_a_server_that_trickles_is_left(
    get: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(BadCalendar, match=r"longer than|could not be reached"):
        get("/slow")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1"])
def test_an_address_that_is_not_public_is_not_connected_to(host: str) -> None:
    with pytest.raises(BadCalendar, match="not public"):
        fetch_calendar(f"https://{host}/a.ics")


def test_a_certificate_of_nobody_is_not_trusted(get: Callable[[str], bytes], port: int) -> None:
    with pytest.raises(BadCalendar, match="could not be reached"):
        fetch_calendar(f"https://cal.localtest:{port}/a.ics")
