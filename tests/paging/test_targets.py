"""Which addresses are taken, what is shown of them, and where Baton never calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.paging.targets import BadTarget, read_target
from app.rules.ladder import Method

GOOD = [
    (Method.PUSH, "ntfys://ntfy.sh/on-call-ana", "ntfys://ntfy.sh/on-call-ana", "ntfy …ana"),
    (Method.PUSH, "https://ntfy.sh/on-call-ana", "ntfys://ntfy.sh/on-call-ana", "ntfy …ana"),
    (Method.PUSH, "ntfy://On-Call-Ana", "ntfys://ntfy.sh/On-Call-Ana", "ntfy …Ana"),
    (
        Method.PUSH,
        "ntfys://u:p%40w@h.example.com:8443/t",
        "ntfys://u:p%40w@h.example.com:8443/t",
        "ntfy …",
    ),
    (
        Method.PUSH,
        "gotifys://push.example.com/sub/AbCdEf.g",
        "gotifys://push.example.com/sub/AbCdEf.g",
        "Gotify at push.example.com",
    ),
    (
        Method.PUSH,
        "pover://UserKeyAb@TokenCd/iphone",
        "pover://UserKeyAb@TokenCd/iphone",
        "Pushover …Ab",
    ),
    (Method.EMAIL, "ana@acme.test", "ana@acme.test", "…@acme.test"),
    (Method.SMS, "+1.202.555.0142", "+12025550142", "…42"),
    (Method.VOICE, "+12025550142", "+12025550142", "…42"),
]
BAD = [
    (Method.EMAIL, f"ana@{'a.' * 130}test"),
    (Method.PUSH, "ntfys://ntfy.sh/a/b"),
    (Method.PUSH, "ntfys://ntfy.sh/a?attach=https://x.test/y"),
    (Method.PUSH, "ntfys://ntfy.sh/a#b"),
    (Method.PUSH, "ntfy://push.example.com/topic"),
    (Method.PUSH, "pover://userkeyab@tokencd/one/two"),
    (Method.PUSH, "pover://userkeyab@tokencd:80"),
    (Method.PUSH, "gotifys://push.example.com"),
    (Method.PUSH, "json://hooks.example.com/x"),
    (Method.PUSH, "mailto://u:p@example.com"),
    (Method.PUSH, "file:///etc/passwd"),
    (Method.APPRISE, "tgram://123456789:abcdefghijklmnopqrstuvwxyz_ABCDEFGH/12315544/"),
    (Method.EMAIL, "ana@acme.test\nBcc: x@y.test"),
    (Method.EMAIL, "ana@acme.test,ben@acme.test"),
    (Method.EMAIL, "ana@localhost"),
    (Method.SMS, "0871234567"),
    (Method.SMS, "+0155500011"),
    (Method.SLACK, "UANA"),
]
PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a00:1]",
    "[fe80::1]",
    "[fd00::1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "localhost",
    "push",
    "push.local",
    "push.internal",
    "metadata.google.internal",
    "router.lan",
    "a.localhost",
]


@pytest.mark.parametrize(("method", "raw", "url", "hint"), GOOD)
def test_known_forms_are_taken_and_only_hinted_at(
    method: Method, raw: str, url: str, hint: str
) -> None:
    target = read_target(method, f" {raw} ", trusted=False)
    assert (target.url, target.hint) == (url, hint)
    assert url not in repr(target)


@pytest.mark.parametrize(("method", "raw"), BAD)
def test_anything_else_is_refused_with_a_sentence(method: Method, raw: str) -> None:
    with pytest.raises(BadTarget) as caught:
        read_target(method, raw, trusted=False)
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize("host", PRIVATE)
def test_what_people_add_never_points_into_our_network(host: str) -> None:
    for raw in (f"ntfys://{host}/topic", f"gotifys://{host}/AbCdEfGh", f"ntfys://a:b@{host}:1/t"):
        with pytest.raises(BadTarget):
            read_target(Method.PUSH, raw, trusted=False)


def test_what_the_operator_adds_may_point_there() -> None:
    for raw in ("ntfy://127.0.0.1:8081/ana", "gotify://gotify:80/AbCdEfGh", "ntfys://[::1]/ana"):
        assert read_target(Method.PUSH, raw, trusted=True).url == raw


def test_the_operator_may_use_every_listed_kind_for_one_person() -> None:
    raw = "tgram://123456789:abcdefghijklmnopqrstuvwxyz_ABCDEFGH/12315544/"
    assert read_target(Method.APPRISE, raw, trusted=True).hint == "Telegram …"
    with pytest.raises(BadTarget, match="one person"):
        read_target(Method.APPRISE, raw + "12315545/", trusted=True)
    with pytest.raises(BadTarget):
        read_target(Method.APPRISE, "json://127.0.0.1/x", trusted=True)


@given(method=st.sampled_from(list(Method)), raw=st.text(max_size=600))
def test_no_text_breaks_the_reader(method: Method, raw: str) -> None:
    try:
        target = read_target(method, raw, trusted=False)
    except BadTarget:
        return
    assert target.url.isascii()
    assert target.url.isprintable()
    assert target.url not in repr(target)
