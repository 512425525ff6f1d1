"""Settings from the environment, read once. What is missing is refused by name, with what to do.

A value is personal to an installation and never logged. Outside the demo there are no defaults for keys.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from bot.sign_on_settings import SignOnSettings
    from messages.smtp_email import MailServer

ROOT = Path(__file__).resolve().parent.parent
NOT_BUILT = {
    "NOTIFY_API_KEY": "GOV.UK Notify",
    "NOTIFY_API_BASE": "GOV.UK Notify",
    "TEAMS_URL": "alerts by Teams",
}
POSTGRES = {"postgres", "postgresql", "postgresql+psycopg"}
SHORTEST_TOKEN = 32
_TOKEN_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")  # what RFC 6750 lets a bearer token hold
LOG_LEVELS = ("debug", "info", "warning", "error")
TWILIO = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")


class SettingsFault(Exception):
    """One or more settings cannot be used. `faults` are sentences for the operator, each naming a setting."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = field(repr=False)  # it may hold a password
    public_url: str  # no slash at the end
    secret_key: str = field(repr=False)
    data_keys: str = field(repr=False)
    phone_index_key: str = field(repr=False)
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = field(default=None, repr=False)
    twilio_auth_token_next: str | None = field(default=None, repr=False)
    twilio_from: str | None = None
    twilio_api_base: str = "https://api.twilio.com"
    mail: "MailServer | None" = None
    content_dir: Path = ROOT / "content"
    council: Path | None = None  # a YAML file that stands in for content/council.yaml
    trusted_proxies: tuple[str, ...] = ()
    metrics_token: str | None = field(default=None, repr=False)
    api_tokens: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # (name, token) of each case system
    sign_on: "SignOnSettings | None" = None
    second_factor: bool = False  # a local account needs a code beside its password
    log_level: str = "warning"  # of the libraries; our own lines are told from `info` on
    demo: bool = False
    demo_dir: Path | None = None
    clock_file: Path | None = None

    @property
    def sms(self) -> bool:
        """Texting is set up."""
        return self.twilio_account_sid is not None

    @property
    def secure(self) -> bool:
        """Cookies are Secure unless the public address is plain http on this very machine."""
        return not self.public_url.startswith("http://")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment. Raises SettingsFault naming every fault at once."""
        env = os.environ if env is None else env

        def get(name: str) -> str:
            return (env.get(name) or "").strip()

        demo = get("DEMO") == "1"
        faults = [
            f"{name} is not set. `thrive keys new` prints a set ready for an environment file."
            for name in ("SECRET_KEY", "DATA_KEYS", "PHONE_INDEX_KEY")
            if not get(name)
        ]
        if get("SECRET_KEY") and len(get("SECRET_KEY")) < 32:
            faults.append("SECRET_KEY is shorter than 32 characters. `thrive keys new` prints a good one.")
        for name, feature in NOT_BUILT.items():
            if get(name):
                faults.append(f"{name} is set, but {feature} is not built yet. Take the setting out.")
        if get("QUEUE") not in {"", "embedded"}:
            faults.append(f"QUEUE is {get('QUEUE')!r}; only `embedded` is built. Take the setting out.")
        if get("DEMO") not in {"", "0", "1"}:
            faults.append(f"DEMO is {get('DEMO')!r}; write DEMO=1 for a demo, or take the setting out.")
        faults += _key_faults(get)
        faults += _twilio_faults(get)
        mail, told = _mail(get("SMTP_URL"), get("PUBLIC_URL") or get("DEMO_URL"))
        faults += told
        faults += _url_faults(get("PUBLIC_URL"), demo=demo, sms=bool(get("TWILIO_ACCOUNT_SID")))
        database_url = get("DATABASE_URL") or "sqlite:///var/thrive.db"
        faults += _database_faults(database_url, demo=demo)
        proxies = tuple(filter(None, (p.strip() for p in get("TRUSTED_PROXIES").split(","))))
        faults += _proxy_faults(proxies)
        api_tokens, told = _api_tokens(get("API_TOKENS"))
        faults += told
        faults += _watching_faults(get("METRICS_TOKEN"), get("LOG_LEVEL"))
        sign_on, told = _sign_on(get, demo=demo)
        faults += told
        council = Path(get("COUNCIL")) if get("COUNCIL") else None
        if council is not None and not council.is_file():
            faults.append(f"COUNCIL: there is no file {council}.")
        content = Path(get("CONTENT_DIR")) if get("CONTENT_DIR") else ROOT / "content"
        if not content.is_dir():
            faults.append(f"CONTENT_DIR: there is no folder {content}.")
        if faults:
            raise SettingsFault(faults)
        return cls(
            database_url=database_url,
            public_url=(get("PUBLIC_URL") or get("DEMO_URL") or "http://127.0.0.1:8000").rstrip("/"),
            secret_key=get("SECRET_KEY"),
            data_keys=get("DATA_KEYS"),
            phone_index_key=get("PHONE_INDEX_KEY"),
            twilio_account_sid=get("TWILIO_ACCOUNT_SID") or None,
            twilio_auth_token=get("TWILIO_AUTH_TOKEN") or None,
            twilio_auth_token_next=get("TWILIO_AUTH_TOKEN_NEXT") or None,
            twilio_from=get("TWILIO_FROM") or None,
            twilio_api_base=(get("TWILIO_API_BASE") or "https://api.twilio.com").rstrip("/"),
            mail=mail,
            content_dir=content,
            council=council,
            trusted_proxies=proxies,
            metrics_token=get("METRICS_TOKEN") or None,
            api_tokens=api_tokens,
            sign_on=sign_on,
            second_factor=get("SECOND_FACTOR") == "required",
            log_level=(get("LOG_LEVEL") or "warning").casefold(),
            demo=demo,
            demo_dir=Path(get("DEMO_DIR")) if demo and get("DEMO_DIR") else None,
            clock_file=Path(get("CLOCK_FILE")) if get("CLOCK_FILE") else None,
        )


def _sign_on(get: Callable[[str], str], *, demo: bool) -> "tuple[SignOnSettings | None, list[str]]":
    from bot.sign_on_settings import read

    found, faults = read(get, public_url=get("PUBLIC_URL"), demo=demo)
    if get("SECOND_FACTOR") not in {"", "optional", "required"}:
        faults.append(f"SECOND_FACTOR is {get('SECOND_FACTOR')!r}; write required or optional, or take it out.")
    elif demo and get("SECOND_FACTOR") == "required":
        faults.append("SECOND_FACTOR is set with DEMO=1: the demo's accounts have a password alone. Unset one of them.")
    return found, faults


def _key_faults(get: Callable[[str], str]) -> list[str]:
    """Each key setting is read beside a stand-in for the other, so that both are told of."""
    from bot.store.sealed import KeyFault, Keyring

    whole = "A" * 43 + "="
    faults = []
    for data, index in ((get("DATA_KEYS"), whole), (f"a:{whole}", get("PHONE_INDEX_KEY"))):
        if data and index:
            try:
                Keyring.parse(data, index)
            except KeyFault as fault:
                faults.append(f"{fault}. `thrive keys new` prints a good set.")
    return faults


def _database_faults(url: str, *, demo: bool) -> list[str]:
    """The address is never told back: it may hold a password."""
    try:
        parts = urlsplit(url)
        port_reads = parts.port is None or parts.port > 0
    except ValueError:
        return ["DATABASE_URL: its host or port cannot be read."]
    if parts.scheme == "sqlite":
        named = parts.path not in {"", "/"} and ":memory:" not in url
        return [] if named else ["DATABASE_URL names no file; write sqlite:///var/thrive.db"]
    if parts.scheme not in POSTGRES or not port_reads:
        return ["DATABASE_URL must begin with sqlite:/// or postgresql://"]
    if demo:
        return ["DATABASE_URL: the demo runs on SQLite only, so that no real data is ever near its open doors."]
    return []


def _proxy_faults(proxies: Sequence[str]) -> list[str]:
    faults = []
    for proxy in proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError:
            faults.append(f"TRUSTED_PROXIES: {proxy} is neither an address nor a network such as 10.0.0.0/24.")
    return faults


def _watching_faults(token: str, level: str) -> list[str]:
    """The token is never told back."""
    faults = []
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        faults.append("METRICS_TOKEN: a header cannot carry it; use letters, digits and - . _ alone.")
    if level and level.casefold() not in LOG_LEVELS:
        faults.append(f"LOG_LEVEL is {level!r}; write one of {', '.join(LOG_LEVELS)}, or take the setting out.")
    return faults


def _api_tokens(text: str) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """`name:token` of each case system, comma-separated. A token is never told back: not in a fault either."""
    found: dict[str, str] = {}
    faults: list[str] = []
    for place, part in enumerate(filter(None, (p.strip() for p in text.split(","))), 1):
        name, colon, token = part.partition(":")
        if not colon or not _TOKEN_NAME.fullmatch(name) or len(name) > 40:
            faults.append(
                f"API_TOKENS: the {place}. is not written name:token, the name in small letters, digits and hyphens."
            )
        elif len(token) < SHORTEST_TOKEN or not _TOKEN.fullmatch(token):
            faults.append(
                f"API_TOKENS: the token of {name} needs {SHORTEST_TOKEN} characters or more, letters, digits and "
                "- . _ ~ + / = alone."
            )
        elif name in found:
            faults.append(f"API_TOKENS: {name} is there twice.")
        elif token in found.values():
            faults.append(f"API_TOKENS: {name} has the token of another: each needs its own.")
        else:
            found[name] = token
    return tuple(found.items()), faults


def _twilio_faults(get: Callable[[str], str]) -> list[str]:
    given = [name for name in TWILIO if get(name)]
    missing = [name for name in TWILIO if not get(name)]
    if given and missing:
        return [
            f"{name} is not set, but {given[0]} is: texting needs all three of {', '.join(TWILIO)}." for name in missing
        ]
    faults = []
    if get("TWILIO_AUTH_TOKEN_NEXT") and not given:
        faults.append(f"TWILIO_AUTH_TOKEN_NEXT is set, but texting is not: it needs all three of {', '.join(TWILIO)}.")
    base = urlsplit(get("TWILIO_API_BASE"))
    if get("TWILIO_API_BASE") and (base.scheme not in {"http", "https"} or not base.netloc):
        faults.append("TWILIO_API_BASE must be an http or https address.")
    if given and not _answerable(get("TWILIO_FROM")):
        faults.append("TWILIO_FROM must be a number or a messaging service (MG...): families cannot answer a name.")
    return faults


def _mail(url: str, public_url: str) -> "tuple[MailServer | None, list[str]]":
    """The mail server, where one is named. Without `?from=`, alerts come from desk@ this installation's own host."""
    from messages.smtp_email import is_loopback, read_smtp_url

    if not url:
        return None, []
    try:
        host = urlsplit(public_url).hostname or "localhost"
    except ValueError:
        host = "localhost"
    try:
        return read_smtp_url(url, sender=f"desk@{'localhost' if is_loopback(host) else host}"), []
    except ValueError as fault:
        return None, [f"SMTP_URL: {fault}."]


def _answerable(sender: str) -> bool:
    from messages.addresses import read_phone

    phone = read_phone(sender)
    return sender.startswith("MG") or phone.kind == "shortcode" or phone.e164 is not None


def _url_faults(url: str, *, demo: bool, sms: bool) -> list[str]:
    if demo:
        return (
            ["PUBLIC_URL is set with DEMO=1: a demo is served on this machine only. Unset one of them."] if url else []
        )
    if not url:
        return (
            ["PUBLIC_URL is not set: texting signs and calls back to it, for example https://text.example.gov.uk"]
            if sms
            else []
        )
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ["PUBLIC_URL must be an address such as https://text.example.gov.uk"]
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        return ["PUBLIC_URL must be https: families' words would cross the network in the open."]
    return []
