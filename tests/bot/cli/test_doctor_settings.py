"""Each setting broken on purpose, in the way an operator breaks it: `thrive doctor` names it, and what to do."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import sign_on_settings
from bot.settings import NOT_BUILT, ROOT, TWILIO
from tests.bot.cli.conftest import SETTINGS, Operator
from tests.bot.cli.test_serving import checks
from tests.conftest import Template, furnish
from tests.houses import KEY, bare_home
from tests.mail import Post, post_office
from tests.running import free_port
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER, standin

PUBLIC = "https://text.example.gov.uk"
TEXTING = {
    "PUBLIC_URL": PUBLIC, "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_FROM": NUMBER,
}  # fmt: skip
SIGN_ON = {
    "PUBLIC_URL": PUBLIC, "OIDC_ISSUER": "https://login.example.gov.uk", "OIDC_CLIENT_ID": "desk",
    "OIDC_CLIENT_SECRET": "a-secret", "OIDC_ROLES": "team=practitioner",
}  # fmt: skip
NOBODY = "smtp://127.0.0.1:1"
# What the demo and the tests set, never an operator.
NOT_OPERATORS = {"DEMO_URL", "DEMO_DIR", "CLOCK_FILE"}

# The setting, what it is broken to, and what else is set.
WRITTEN_WRONGLY: list[tuple[str, str, dict[str, str]]] = [
    ("DATABASE_URL", "mysql://thrive@db/thrive", {}),
    ("DATABASE_URL", "sqlite://", {}),
    ("PUBLIC_URL", "http://text.example.gov.uk", {}),
    ("PUBLIC_URL", "text.example.gov.uk", {}),
    ("PUBLIC_URL", "", {**TEXTING, "PUBLIC_URL": ""}),
    ("SECRET_KEY", "", {}),
    ("SECRET_KEY", "too-short", {}),
    ("DATA_KEYS", "", {}),
    ("DATA_KEYS", "a:notbase64", {}),
    ("PHONE_INDEX_KEY", "", {}),
    ("PHONE_INDEX_KEY", "c2hvcnQ=", {}),
    *[(name, "", TEXTING) for name in TWILIO],
    ("TWILIO_FROM", "Larkmere", TEXTING),
    ("TWILIO_API_BASE", "api.twilio.com", TEXTING),
    ("TWILIO_AUTH_TOKEN_NEXT", "the-next-token", {}),
    *[(name, "x", {}) for name in NOT_BUILT],
    *[(name, "", SIGN_ON) for name in sign_on_settings.NEEDED],
    ("OIDC_ISSUER", "https://login.microsoftonline.com/common/v2.0", SIGN_ON),
    ("OIDC_ROLES", "team=boss", SIGN_ON),
    ("OIDC_CLAIM", "groups", {}),
    ("SECOND_FACTOR", "yes", {}),
    ("CONTENT_DIR", "/nowhere/content", {}),
    ("COUNCIL", "/nowhere/council.yaml", {}),
    ("SMTP_URL", "mail.example.gov.uk:587", {}),
    ("SMTP_URL", "smtp://user@mail.example.gov.uk", {}),
    ("SMTP_URL", "smtp://user:notbase64%C3%A4@mail.example.gov.uk", {}),
    ("TRUSTED_PROXIES", "nginx", {}),
    ("METRICS_TOKEN", "two words", {}),
    ("API_TOKENS", "mosaic:short", {}),
    ("LOG_LEVEL", "loud", {}),
    ("QUEUE", "procrastinate", {}),
    ("DEMO", "yes", {}),
]


@pytest.mark.parametrize(("name", "value", "beside"), WRITTEN_WRONGLY)
def test_what_is_written_wrongly_is_named(bare: Operator, name: str, value: str, beside: dict[str, str]) -> None:
    """Claim: the doctor ends with 1, names the setting, and tells no secret back."""
    done = bare("doctor", "--json", **{**SETTINGS, **beside, name: value})
    ok, told = checks(done)["settings"]
    assert (done.code, ok) == (1, False)
    assert name in told
    for secret in (AUTH_TOKEN, "a-secret", "the-next-token", "notbase64", "two words", "too-short", KEY):
        assert secret not in done.out


def test_every_setting_is_broken_once() -> None:
    """Claim: a setting that the service reads and that this page does not break is found here."""
    source = (ROOT / "bot/settings.py").read_text() + (ROOT / "bot/sign_on_settings.py").read_text()
    read = set(re.findall(r'get\("([A-Z_]+)"\)', source)) | set(NOT_BUILT) | set(TWILIO) | set(sign_on_settings.ALL)
    assert read - NOT_OPERATORS == {name for name, _, _ in WRITTEN_WRONGLY}


@pytest.fixture
def well(bare: Operator, tmp_path: Path, sqlite_template: Template) -> Iterator[Operator]:
    """An operator of a service with content, families' words, a provider and a mail server that know it."""
    bare.settings |= {**SETTINGS, "DATABASE_URL": f"sqlite:///{tmp_path}/thrive.db"}
    shutil.copyfile(sqlite_template("furnished", furnish), tmp_path / "thrive.db")
    home = bare_home(bare.settings["DATABASE_URL"])
    home.text("hello")
    home.house.db.close()
    post = Post()
    with (
        standin(tmp_path / "provider.db", webhook=f"{PUBLIC}/sms/inbound") as provider,
        post_office(post) as office,
    ):
        bare.settings |= {**TEXTING, "TWILIO_API_BASE": provider.base, "SMTP_URL": office.url}
        yield bare
    assert post.taken == []


@pytest.mark.net
def test_what_does_not_fit_the_world_is_found(well: Operator, tmp_path: Path) -> None:
    """Claim: keys, database, provider, number, callback address, mail server, sign-on, content and council file that
    are well written and wrong each fail a check, all at once, which names the setting; nothing is sent."""
    found = checks(well("doctor", "--json"))
    fine = ("settings", "database", "keys", "provider", "callbacks", "email", "sign-on")
    assert {name: found[name] for name in fine} == dict.fromkeys(fine, (True, ""))
    slip = tmp_path / "council.yaml"
    slip.write_text((ROOT / "content/council.yaml").read_text() + "\nnosuch: 1\n")
    empty = tmp_path / "content"
    empty.mkdir()
    away = f"http://127.0.0.1:{free_port()}"
    mail = well.settings["SMTP_URL"]
    other = KEY.replace("A", "B", 1)
    nothing = f"sqlite:///{tmp_path}/another.db"
    broken: list[tuple[dict[str, str], dict[str, str]]] = [  # what is set, and the check that names it with which word
        (
            {
                "DATA_KEYS": f"other:{other}", "TWILIO_AUTH_TOKEN": "wrong", "SMTP_URL": NOBODY, "COUNCIL": str(slip),
                **SIGN_ON, "OIDC_ISSUER": away,
            },
            {
                "keys": "DATA_KEYS", "provider": "TWILIO_", "email": "SMTP_URL", "content": "thrive lint",
                "sign-on": "OIDC_ISSUER",
            },
        ),
        (
            {
                "PHONE_INDEX_KEY": other, "TWILIO_ACCOUNT_SID": "AC" + "f" * 32, "CONTENT_DIR": str(empty),
                "SMTP_URL": mail.replace("//", "//desk:wrong@"),
            },
            {"keys": "PHONE_INDEX_KEY", "provider": "TWILIO_", "content": "thrive lint", "email": "SMTP_URL"},
        ),
        (
            {"DATABASE_URL": "postgresql://u:secret-word@127.0.0.1:1/x", "TWILIO_FROM": "+447700900999"},
            {"database": "DATABASE_URL", "callbacks": "TWILIO_FROM"},
        ),
        (
            {"DATABASE_URL": nothing, "PUBLIC_URL": "https://texts.example.gov.uk"},
            {"schema": "db upgrade", "callbacks": "PUBLIC_URL"},
        ),
        ({"DATABASE_URL": nothing, "TWILIO_API_BASE": away}, {"provider": "could not be reached"}),
    ]  # fmt: skip
    for settings, named in broken:
        done = well("doctor", "--json", **settings)
        found = checks(done)
        assert done.code == 1
        for check, word in named.items():
            ok, told = found[check]
            assert not ok, (check, settings)
            assert word in told, (check, told)
        for secret in ("secret-word", "wrong", other):
            assert secret not in done.out + done.err, settings


@pytest.mark.net
def test_a_number_that_is_given_to_an_app_is_found(well: Operator, tmp_path: Path) -> None:
    """Claim: the provider asks the app and not the address of the number, so a right address there is not enough."""
    app = "AP" + "a" * 32
    with standin(tmp_path / "given.db", webhook=f"{PUBLIC}/sms/inbound", application=app) as provider:
        done = well("doctor", "--json", TWILIO_API_BASE=provider.base)
    ok, told = checks(done)["callbacks"]
    assert (done.code, ok) == (1, False)
    assert app in told
    assert f"{PUBLIC}/sms/inbound" in told


@pytest.mark.net
def test_what_cannot_be_asked_is_said(well: Operator) -> None:
    """Claim: a messaging service is set up where the doctor cannot look, so that it says what to look for."""
    ok, told = checks(well("doctor", "--json", TWILIO_FROM="MG" + "0" * 32))["callbacks"]
    assert ok
    assert f"{PUBLIC}/sms/inbound" in told
