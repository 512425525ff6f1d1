"""Settings: read once, every fault told at once and by name, nothing passed over."""

import pytest

from bot.settings import NOT_BUILT, Settings, SettingsFault
from tests.houses import KEY

WHOLE = {"SECRET_KEY": "s" * 40, "DATA_KEYS": f"a:{KEY}", "PHONE_INDEX_KEY": KEY}
TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+447700900000"}
PUBLIC = {"PUBLIC_URL": "https://text.example.gov.uk"}


def faults(**settings: str) -> list[str]:
    with pytest.raises(SettingsFault) as refused:
        Settings.from_env({**WHOLE, **settings})
    return refused.value.faults


def test_three_keys_are_enough() -> None:
    """Claim: everything else has a default; the database is the embedded one."""
    settings = Settings.from_env(WHOLE)
    assert settings.database_url == "sqlite:///var/thrive.db"
    assert not settings.sms
    assert not settings.demo


def test_what_is_missing_is_named_all_at_once() -> None:
    """Claim: each missing key is a sentence of its own with what to do."""
    with pytest.raises(SettingsFault) as refused:
        Settings.from_env({})
    assert [fault.split()[0] for fault in refused.value.faults] == ["SECRET_KEY", "DATA_KEYS", "PHONE_INDEX_KEY"]
    assert all("thrive keys new" in fault for fault in refused.value.faults)


@pytest.mark.parametrize("name", NOT_BUILT)
def test_a_setting_of_what_is_not_built_is_refused(name: str) -> None:
    """Claim: never ignored: the operator would think it works."""
    (fault,) = faults(**{name: "x"})
    assert fault.startswith(name)
    assert "not built yet" in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"), ("DATA_KEYS", "junk"), ("DATA_KEYS", f"a:{KEY},a:{KEY}"), ("DATA_KEYS", "a:AAAA"),
        ("PHONE_INDEX_KEY", "junk"), ("PHONE_INDEX_KEY", "AAAA"), ("QUEUE", "procrastinate"), ("DEMO", "yes"),
        ("DATABASE_URL", "mysql://u@h/d"), ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"), ("DATABASE_URL", "postgres://u:secret-word@h:port/d"),
        ("COUNCIL", "/nowhere/council.yaml"), ("CONTENT_DIR", "/nowhere"), ("PUBLIC_URL", "text.example.gov.uk"),
        ("PUBLIC_URL", "http://text.example.gov.uk"), ("TRUSTED_PROXIES", "10.0.0.4, proxy.example"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    """Claim: one fault, which begins with the setting's name and never tells a secret back."""
    (fault,) = faults(**{name: value})
    assert fault.startswith(name)
    assert "secret-word" not in fault


@pytest.mark.parametrize("left_out", TWILIO)
def test_texting_needs_all_of_its_settings(left_out: str) -> None:
    """Claim: a chosen feature names each setting that it lacks."""
    given = {name: value for name, value in TWILIO.items() if name != left_out}
    assert any(fault.startswith(left_out) for fault in faults(**given, **PUBLIC))
    assert any(fault.startswith("PUBLIC_URL") for fault in faults(**TWILIO))


@pytest.mark.parametrize(("sender", "taken"), [("MG" + "0" * 32, True), ("60123", True), ("Larkmere", False)])
def test_a_sender_is_one_that_families_can_answer(sender: str, taken: bool) -> None:
    """Claim: a number, a short code or a messaging service; a name is refused."""
    settings = {**TWILIO, **PUBLIC, "TWILIO_FROM": sender}
    if taken:
        assert Settings.from_env({**WHOLE, **settings}).twilio_from == sender
    else:
        assert any(fault.startswith("TWILIO_FROM") for fault in faults(**settings))


@pytest.mark.parametrize("base", ["ftp://x", "http://", "api.example.com"])
def test_the_providers_address_is_one(base: str) -> None:
    """Claim: a stand-in's or a proxy's address is http or https."""
    assert any(fault.startswith("TWILIO_API_BASE") for fault in faults(**TWILIO, **PUBLIC, TWILIO_API_BASE=base))


def test_the_mail_server_is_read_with_its_sender() -> None:
    """Claim: alerts come from this installation's own host, and TLS is asked for beyond this machine."""
    mail = Settings.from_env({**WHOLE, **PUBLIC, "SMTP_URL": "smtp://u:pass-secret@mail.example.org"}).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.tls, mail.password) == ("mail.example.org", 587, "starttls", "pass-secret")
    assert mail.sender.startswith("desk@")
    assert "pass-secret" not in repr(mail)
    assert Settings.from_env(WHOLE).mail is None


@pytest.mark.parametrize("url", ["mail.example.org", "imap://h", "smtp://u:pass-secret@h:port", "smtp://pass-secret@h"])
def test_a_mail_server_that_cannot_be_used_is_refused_by_name(url: str) -> None:
    """Claim: the setting is named and its value, which may hold a password, is not."""
    (told,) = faults(SMTP_URL=url)
    assert told.startswith("SMTP_URL: ")
    assert "pass-secret" not in told


def test_a_demo_is_closed() -> None:
    """Claim: DEMO=1 refuses a public address and PostgreSQL."""
    told = faults(DEMO="1", PUBLIC_URL="https://a.example", DATABASE_URL="postgresql://u@h/d")
    assert [fault.partition(":")[0].split()[0] for fault in told] == ["PUBLIC_URL", "DATABASE_URL"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_taken(scheme: str) -> None:
    """Claim: hosts write postgres://; it means the same."""
    assert Settings.from_env({**WHOLE, "DATABASE_URL": f"{scheme}://u:p@h:5432/d"}).database_url.startswith("postgres")


def test_no_secret_is_shown() -> None:
    """Claim: settings printed by mistake hold no key, token or password."""
    text = repr(Settings.from_env({**WHOLE, **TWILIO, **PUBLIC, "TWILIO_AUTH_TOKEN": "tok-secret"}))
    assert KEY not in text
    assert "tok-secret" not in text
    assert "s" * 40 not in text


def test_a_database_password_is_not_shown() -> None:
    """Claim: nor the password in the database's address."""
    text = repr(Settings.from_env({**WHOLE, "DATABASE_URL": "postgresql://u:pass-secret@h/d"}))
    assert "pass-secret" not in text


OIDC = {
    "OIDC_ISSUER": "https://login.microsoftonline.com/11111111-aaaa-4bbb-8ccc-222222222222/v2.0",
    "OIDC_CLIENT_ID": "desk",
    "OIDC_CLIENT_SECRET": "secret-word",
    "OIDC_ROLES": "g-1=manager, Desk.Worker=practitioner",
    "PUBLIC_URL": "https://text.example.gov.uk",
}


def test_single_sign_on_is_read() -> None:
    """Claim: with all that it needs it is there; the first role somebody has is theirs; the secret is hidden."""
    found = Settings.from_env({**WHOLE, **OIDC}).sign_on
    assert found is not None
    assert found.role_of(("Desk.Worker", "g-1")) == "manager"
    assert found.role_of(("Desk.Worker", "g-2")) == "practitioner"
    assert found.role_of(("desk.worker", "")) is None
    assert found.claim == "groups"
    assert "secret-word" not in repr(found)
    assert Settings.from_env(WHOLE).sign_on is None


@pytest.mark.parametrize("name", sorted(OIDC))
def test_single_sign_on_needs_all_of_its_settings(name: str) -> None:
    """Claim: each one that is missing is named."""
    (fault,) = faults(**{key: value for key, value in OIDC.items() if key != name})
    assert fault.startswith(f"{name} is not set")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "login.microsoftonline.com"), ("OIDC_ISSUER", "http://id.example.gov.uk"),
        ("OIDC_ISSUER", "https://login.microsoftonline.com/common/v2.0"), ("OIDC_ISSUER", "https://[id"),
        ("OIDC_ISSUER", "https://login.microsoftonline.com/organizations/v2.0"), ("OIDC_ROLES", "g-1"),
        ("OIDC_ROLES", "g-1=king"), ("OIDC_ROLES", "g-1=manager,g-1=auditor"), ("OIDC_ROLES", "=manager"),
        ("SECOND_FACTOR", "yes"),
    ],
)  # fmt: skip
def test_a_sign_in_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    """Claim: one fault that names it; the secret is never told back."""
    (fault,) = faults(**{**OIDC, name: value})
    assert fault.startswith(name)
    assert "secret-word" not in fault


def test_the_demo_has_accounts_of_its_own() -> None:
    """Claim: neither single sign-on nor a required code is set beside DEMO=1: refused, not passed over."""
    oidc = {key: value for key, value in OIDC.items() if key != "PUBLIC_URL"}
    assert [fault.split()[0] for fault in faults(**oidc, DEMO="1", SECOND_FACTOR="required")] == [
        "OIDC_ISSUER", "SECOND_FACTOR",
    ]  # fmt: skip
