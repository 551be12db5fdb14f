"""Texts, ids, people, channels and links as the organisation file writes them."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, cast

from pydantic import BeforeValidator, PlainValidator

from app.organisation.problem import quoted
from app.organisation.value import Example, json_shape, listed, matching, written, wrong

IDENTIFIER = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
EMAIL = r"[^@\s<>,;:\"()\[\]\\|]{1,64}@[^@\s<>,;:\"()\[\]\\|/]{1,189}"
SLACK_ID = r"[UW][A-Z0-9]{5,20}"
CHANNEL = r"#[\w-]{1,80}"
HANDLE = r"[a-z0-9][a-z0-9._-]{0,79}"
URL = r"https?://[^\s/]\S{0,1999}"
_PATH = r"[^\s.]{1,100}(\.[^\s.]{1,100}){0,15}"
_ID_RULE = "Use letters, digits, dots, hyphens and underscores, at most 64."
_URL_RULE = "Give a whole address that a browser opens."


def _text_up_to(longest: int) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = written(value, "text", "…")
        if not text.strip():
            raise wrong("is empty", "Write what people should read there.")
        if len(text) > longest:
            raise wrong(f"has {len(text)} characters", f"Keep it to {longest}.")
        if not text.isprintable():
            raise wrong(
                f"{quoted(text)} holds line breaks or invisible characters",
                "Write it on one line, in plain characters.",
            )
        return text

    return check


def _person(value: object) -> str:
    text = written(value, "a person", "ana@acme.test")
    if re.fullmatch(SLACK_ID, text):
        return text
    return _email(text)


def _email(value: object) -> str:
    text = written(value, "an e-mail address", "ana@acme.test")
    if re.fullmatch(EMAIL, text) and text.isprintable():
        return text.lower()
    raise wrong(
        f"{quoted(text)} is not an e-mail address",
        'People are named as "ana@acme.test", or by their Slack id, as "U012AB3CD".',
    )


def _channel(value: object) -> str:
    text = written(value, "a channel", "#data-infra")
    if re.fullmatch(CHANNEL, text) and text == text.lower():
        return text
    raise wrong(
        f"{quoted(text)} is not a channel name",
        "Write # and the name: lower-case letters, digits, hyphens and underscores, at most 80.",
    )


Name: TypeAlias = Annotated[
    str, PlainValidator(_text_up_to(80)), json_shape(minLength=1, maxLength=80), Example("Acme")
]
Sentence: TypeAlias = Annotated[
    str,
    PlainValidator(_text_up_to(500)),
    json_shape(minLength=1, maxLength=500),
    Example("Restart the stuck load"),
]
Key: TypeAlias = Annotated[
    str,
    PlainValidator(_text_up_to(200)),
    json_shape(minLength=1, maxLength=200),
    Example("EltLate"),
]
Id: TypeAlias = Annotated[
    str,
    PlainValidator(matching(IDENTIFIER, "an id", "data-infra", _ID_RULE)),
    json_shape(IDENTIFIER),
    Example("data-infra"),
]
Link: TypeAlias = Annotated[
    str,
    PlainValidator(
        matching(URL, "a web address", "https://runbooks.acme.test/elt-late", _URL_RULE)
    ),
    json_shape(URL, format="uri"),
    Example("https://runbooks.acme.test/elt-late"),
]
Email: TypeAlias = Annotated[
    str, PlainValidator(_email), json_shape(format="email"), Example("ana@acme.test")
]
SlackId: TypeAlias = Annotated[
    str,
    PlainValidator(
        matching(SLACK_ID, "a Slack id", "U012AB3CD", "Copy it from the person's Slack profile.")
    ),
    json_shape(SLACK_ID),
    Example("U012AB3CD"),
]
PersonName: TypeAlias = Annotated[
    str,
    PlainValidator(_person),
    json_shape(description="An e-mail address or a Slack id of somebody in [[person]]."),
    Example("ana@acme.test"),
]
Channel: TypeAlias = Annotated[
    str, PlainValidator(_channel), json_shape(CHANNEL), Example("#data-infra")
]
Handle: TypeAlias = Annotated[
    str,
    PlainValidator(
        matching(HANDLE, "a user group's handle", "oncall", "Leave the @ out, in lower case.")
    ),
    json_shape(HANDLE),
    Example("oncall"),
]
FieldPath: TypeAlias = Annotated[
    str,
    PlainValidator(
        matching(_PATH, "a path", "payload.custom_details.alarm", "Put dots between the keys.")
    ),
    json_shape(_PATH),
    Example("payload.custom_details.alarm"),
]
FieldPaths: TypeAlias = Annotated[
    list[FieldPath],
    BeforeValidator(listed, json_schema_input_type=cast(Any, FieldPath | list[FieldPath])),
    Example("labels.alertname"),
]
