"""The council's provider of identities, by OpenID Connect: the one door to Authlib.

The authorization code flow with PKCE (RFC 7636), state and nonce; discovery by OpenID Connect Discovery 1.0, the ID
token checked as OpenID Connect Core 1.0, 3.1.3.7 says: signature by the provider's published keys and no other
algorithm than theirs of public keys, issuer, audience, expiry, nonce. Who somebody is, is the tenant and the object
id of Entra ID (claims `tid` and `oid`), elsewhere the issuer and the subject: never an email, which is given to
others when somebody leaves, and which a provider lets people write themselves.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from bot.sign_on_settings import SignOnSettings, reachable

log = structlog.get_logger()
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
TIMEOUT_SECONDS: Final = 5
LEEWAY: Final = timedelta(seconds=60)  # how far the provider's clock may be from ours
KEPT_FOR: Final = timedelta(minutes=10)  # how long what discovery said is believed
AWAY_FOR: Final = timedelta(seconds=5)
_AWAY: Final = "Your council's sign-in service does not answer. Wait a minute, and begin again."
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class SignOnFault(Exception):
    """Signing in by the council's account did not succeed; the message is for the person at the page."""


class ProviderAway(SignOnFault):
    """The provider does not answer, or not as a provider does."""


class NotBelieved(SignOnFault):
    """What came back proves nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in on its way: `address` is where the browser goes; the rest stays with that browser until it is back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """Whom the provider names. `groups` is what the council's chosen claim holds; `proved_at` is when they last
    proved who they are, where the provider says so."""

    tenant: str
    subject: str
    name: str
    groups: tuple[str, ...]
    proved_at: datetime | None = None
    too_many_groups: bool = False


class SignOn:
    """One provider. Safe to share between threads: what it keeps is replaced whole."""

    def __init__(self, settings: SignOnSettings, redirect_uri: str) -> None:
        self.settings, self._redirect_uri = settings, redirect_uri
        self._kept: tuple[datetime, Mapping[str, Any]] | None = None
        self._away_at: datetime | None = None

    def begin(self, now: datetime, *, again: bool = False) -> Begun:
        """Where to send a browser. `again`: whoever sits there proves anew who they are. Raises ProviderAway."""
        state, nonce, verifier = (secrets.token_urlsafe(size) for size in (32, 32, 48))
        asked = {"prompt": "login", "max_age": "0"} if again else {"prompt": "select_account"}
        with self._session() as session:
            address, _ = session.create_authorization_url(
                self._metadata(now)["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier, **asked
            )
        return Begun(address=str(address), state=state, nonce=nonce, verifier=verifier)

    def finish(self, now: datetime, *, code: str, nonce: str, verifier: str) -> Attested:
        """Exchange a code for who signed in. Raises ProviderAway or NotBelieved."""
        metadata = self._metadata(now)
        method = "client_secret_basic"
        if method not in metadata.get("token_endpoint_auth_methods_supported", (method,)):
            method = "client_secret_post"
        try:
            with self._session(token_endpoint_auth_method=method) as session:
                token = session.fetch_token(
                    metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier,
                    redirect_uri=self._redirect_uri, allow_redirects=False,
                )  # fmt: skip
                keys = KeySet.import_key_set(_json(session, metadata["jwks_uri"]))
            claims = self._claims(dict(token), keys, nonce, now)
        except OAuthError as fault:
            log.warning("sign-on: the code was refused", error=_code(fault.error))
            raise NotBelieved("Your council's sign-in service refused this: begin again.") from fault
        except RequestException as fault:
            raise _away(fault) from fault
        except ExpiredTokenError as fault:
            log.warning("sign-on: the token had expired: are both clocks right?")
            raise NotBelieved("What your council's sign-in service sent had expired: begin again.") from fault
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            log.warning("sign-on: the token was not believed", fault=type(fault).__name__, claim=_code(fault))
            raise NotBelieved("What your council's sign-in service sent could not be believed.") from fault
        return self._attested(claims)

    def sign_out_address(self, now: datetime, back: str) -> str | None:
        """Where the provider ends its own session, if it has such a page and answers (RP-Initiated Logout 1.0)."""
        try:
            address = self._metadata(now).get("end_session_endpoint")
        except ProviderAway:
            return None
        if not isinstance(address, str) or not reachable(address):
            return None
        asked = urlencode({"client_id": self.settings.client_id, "post_logout_redirect_uri": back})
        return f"{address}{'&' if '?' in address else '?'}{asked}"

    def look(self, now: datetime) -> None:
        """That the provider can be found and publishes keys. Raises ProviderAway with what is wrong."""
        metadata = self._metadata(now)
        try:
            with self._session() as session:
                KeySet.import_key_set(_json(session, metadata["jwks_uri"]))
        except (RequestException, JoseError, ValueError, KeyError, TypeError) as fault:
            raise _away(fault) from fault

    def _session(self, **more: str) -> Any:
        return OAuth2Session(
            self.settings.client_id, self.settings.client_secret, scope="openid profile", code_challenge_method="S256",
            redirect_uri=self._redirect_uri, default_timeout=TIMEOUT_SECONDS, **more,
        )  # fmt: skip

    def _metadata(self, now: datetime) -> Mapping[str, Any]:
        kept = self._kept
        if kept is not None and timedelta(0) <= now - kept[0] < KEPT_FOR:
            return kept[1]
        # a provider that is down keeps one of our threads waiting now and then, not one for each who asks for the page
        if self._away_at is not None and timedelta(0) <= now - self._away_at < AWAY_FOR:
            raise ProviderAway(_AWAY)
        try:
            self._kept = (now, found := self._discover())
        except ProviderAway:
            self._away_at = now
            raise
        return found

    def _discover(self) -> Mapping[str, Any]:
        address = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            with self._session() as session:
                found = _json(session, address)
        except (RequestException, ValueError) as fault:
            raise _away(fault) from fault
        if not isinstance(found, dict) or found.get("issuer") != self.settings.issuer:
            log.error("sign-on: the provider gives another issuer than OIDC_ISSUER")
            raise ProviderAway("Your council's sign-in service is not the one that was set up.")
        if not all(isinstance(found.get(name), str) and reachable(found[name]) for name in _NEEDED):
            log.error("sign-on: the provider's addresses are missing or not https")
            raise ProviderAway("Your council's sign-in service is not set up as it must be.")
        return found

    def _claims(self, token: dict[str, Any], keys: KeySet, nonce: str, now: datetime) -> Mapping[str, Any]:
        """The ID token's claims, all checked. Raises JoseError."""
        decoded = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims, decoded.header,
            options={
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
            },
            params={
                "nonce": nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token"),
            },
        )  # fmt: skip
        claims.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()))
        return dict(claims)

    def _attested(self, claims: Mapping[str, Any]) -> Attested:
        tenant, subject = claims.get("tid"), claims.get("oid")
        if not (_text(tenant) and _text(subject)):
            tenant, subject = claims["iss"], claims["sub"]
        if not (_text(tenant) and _text(subject)):
            raise NotBelieved("What your council's sign-in service sent names nobody.")
        held, proved = claims.get(self.settings.claim), claims.get("auth_time")
        listed = held if isinstance(held, list) else [held]  # any value may stand there: what is no text is no group
        elsewhere = claims.get("_claim_names")  # OpenID Connect Core 5.6.2: too many to be sent along
        name = claims.get("name")
        return Attested(
            tenant=str(tenant), subject=str(subject), name=name.strip()[:120] if isinstance(name, str) else "",
            groups=tuple(one for one in listed if isinstance(one, str)), proved_at=_instant(proved),
            too_many_groups=isinstance(elsewhere, dict) and self.settings.claim in elsewhere,
        )  # fmt: skip


def _json(session: Any, address: str) -> Any:
    """Raises RequestException, or ValueError for what is no JSON."""
    answer = session.get(address, withhold_token=True, allow_redirects=False)
    answer.raise_for_status()
    if answer.status_code != 200:
        raise ValueError(f"it answers {answer.status_code}")
    return answer.json()


def _instant(seconds: object) -> datetime | None:
    plain = isinstance(seconds, int | float) and 0 < seconds < 2**33
    return datetime.fromtimestamp(seconds, UTC) if plain else None  # type: ignore[arg-type]


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200


def _away(fault: Exception) -> ProviderAway:
    log.error("sign-on: the provider does not answer as one", fault=type(fault).__name__)
    return ProviderAway(_AWAY)


def _code(of: object) -> str:
    """An error's code for the log: what the provider sends is short and plain, or is not told."""
    code = of if isinstance(of, str) else str(getattr(of, "claim", "") or "")
    return code if len(code) <= 60 and code.replace("_", "").isalnum() else ""
