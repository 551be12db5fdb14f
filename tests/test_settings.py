"""Settings: everything wrong is told at once, by name, and secrets stay unseen."""

import pickle
import re
from pathlib import Path

import pytest

from app.setting_values import Address, LogStyle, Secret
from app.settings import Settings, SettingsError, near_misses, settings_table, specs

ROOT = Path(__file__).parent.parent
SLACK = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test"}


def problems(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refusal:
        Settings.read(environment)
    return str(refusal.value)


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.read({})
    assert settings.database_url.reveal() == "sqlite:///baton.db"
    assert settings.organisation == Path("baton.toml")
    assert settings.bind == Address("127.0.0.1", 8080)
    assert settings.slack_mode is None
    assert settings.log is LogStyle.AUTO


def test_what_is_set_counts_and_empty_is_not_set() -> None:
    settings = Settings.read(
        {
            "BATON_BIND": "[::1]:0",
            "BATON_PUBLIC_URL": "https://baton.example.com/",
            "BATON_SLACK_API_URL": "http://127.0.0.1:7777/api",
            "BATON_COMMAND_INC": "/incident",
            "BATON_INTAKE_MAX_BYTES": "",
            "PATH": "/bin",
        }
    )
    assert settings.bind == Address("::1", 0)
    assert str(settings.bind) == "[::1]:0"
    assert settings.public_url == "https://baton.example.com"
    assert settings.slack_api_url == "http://127.0.0.1:7777/api/"
    assert settings.command_inc == "/incident"
    assert settings.intake_max_bytes == 4 * 1024**2


def test_all_problems_are_told_at_once_and_by_name() -> None:
    told = problems(
        {
            "BATON_BIND": "8080",
            "BATON_LOG": "xml",
            "BATON_INTAKE_MAX_BYTES": "lots",
            "SLACK_BOT_TOKEN": "xoxp-test",
        }
    ).splitlines()
    assert [line.split()[0] for line in told] == [
        "BATON_BIND",
        "SLACK_BOT_TOKEN",
        "BATON_LOG",
        "BATON_INTAKE_MAX_BYTES",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("BATON_BIND", "127.0.0.1:99999"),
        ("BATON_BIND", ":8080"),
        ("BATON_BIND", "host:٣"),
        ("BATON_PUBLIC_URL", "baton.test"),
        ("BATON_SLACK_API_URL", "ftp://host/"),
        ("BATON_SECRET_KEY", "short"),
        ("BATON_SMTP_URL", "mail.test"),
        ("BATON_SMTP_FROM", "Baton"),
        ("BATON_COMMAND_INC", "inc"),
        ("BATON_COMMAND_ONCALL", "/on call"),
        ("BATON_INTAKE_MAX_BYTES", "9" * 5000),
        ("BATON_PAGE_WORKERS", "0"),
        ("SLACK_BOT_TOKEN", "xoxb-test and more"),
        ("SLACK_APP_TOKEN", "xoxb-test"),
    ],
)
def test_an_unusable_value_is_refused_with_what_it_must_be(name: str, text: str) -> None:
    told = problems({name: text})
    assert re.fullmatch(rf"{name} must be .+\.", told)
    assert len(text) < 10 or text not in told


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-test"}, "SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET"),
        ({"SLACK_APP_TOKEN": "xapp-test"}, "SLACK_BOT_TOKEN is missing"),
        ({"BATON_SMTP_URL": "smtp://mail.example.com"}, "BATON_SMTP_FROM is missing"),
        ({"BATON_COMMAND_INC": "/b", "BATON_COMMAND_ONCALL": "/b"}, "must differ"),
        ({"BATON_BIND": "127.0.0.1:1", "BATON_ADMIN_BIND": "127.0.0.1:1"}, "must differ"),
    ],
)
def test_settings_that_make_no_sense_together_are_refused(
    environment: dict[str, str], sentence: str
) -> None:
    assert re.search(sentence, problems(environment))


def test_socket_mode_is_the_default_and_http_the_other() -> None:
    http = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_SIGNING_SECRET": "s" * 32}
    assert Settings.read(SLACK).slack_mode == "socket"
    assert Settings.read(http).slack_mode == "http"
    assert Settings.read(SLACK | http).slack_mode == "socket"


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n")
    settings = Settings.read({"BATON_SECRET_KEY_FILE": str(file)})
    assert settings.secret_key == Secret("k" * 40)


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.touch()
    binary.write_bytes(b"\xff\xfe")
    told = problems(
        {
            "BATON_SECRET_KEY_FILE": str(tmp_path / "none"),
            "BATON_SMTP_URL_FILE": str(binary),
            "SLACK_BOT_TOKEN_FILE": str(empty),
            "BATON_LOG": "json",
            "BATON_LOG_FILE": str(empty),
        }
    )
    assert re.search("BATON_SECRET_KEY_FILE names .*none, which cannot be read: No such", told)
    assert re.search("BATON_SMTP_URL_FILE names .*binary, which cannot be read: it is not", told)
    assert re.search("SLACK_BOT_TOKEN_FILE names .*empty, which is empty", told)
    assert "BATON_LOG and BATON_LOG_FILE are both set" in told


def test_secrets_are_not_shown() -> None:
    settings = Settings.read(SLACK | {"BATON_DATABASE_URL": "postgresql://baton:sesam%21@db/baton"})
    shown = f"{settings!r} {settings.slack_bot_token} {settings.database_url!r}"
    assert "test" not in shown
    assert "sesam" not in shown
    assert set(settings.secrets()) == {"xoxb-test", "xapp-test", "sesam%21", "sesam!"}
    with pytest.raises(TypeError):
        pickle.dumps(settings)


def test_a_misspelt_setting_is_pointed_out() -> None:
    told = near_misses({"BATON_DATABSE_URL": "x", "BATON_SERVICE_HOST": "y", "BATON_LOG": "json"})
    assert told == [
        "BATON_DATABSE_URL is not a setting of Baton's and is ignored."
        " Did you mean BATON_DATABASE_URL?"
    ]


def test_the_table_names_every_setting_once() -> None:
    table = settings_table().splitlines()[2:]
    names = [spec.name for _, spec in specs()]
    assert [re.findall(r"^\| `([A-Z_]+)` ", line) for line in table] == [[name] for name in names]
    assert len(set(names)) == len(names) > 10


def test_the_readme_holds_the_table() -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("README.md is not written yet")
    text = readme.read_text(encoding="utf-8")
    missing = [line for line in settings_table().splitlines() if line not in text]
    assert not missing, "README's table of settings differs from app/settings.py"


def test_the_address_of_the_outside_checker_is_a_secret() -> None:
    url = "https://hc-ping.com/5f0e-key"
    settings = Settings.read({"BATON_WATCHDOG_URL": url})
    assert url not in repr(settings)
    assert {url, "5f0e-key"} <= set(settings.secrets())
    assert "BATON_WATCHDOG_URL" in problems({"BATON_WATCHDOG_URL": "ftp://example.com"})
