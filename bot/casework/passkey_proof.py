"""What a passkey says, checked: the one door to `webauthn` (Web Authentication, Level 3, sections 7.1 and 7.2).

The origin and the relying party are those of PUBLIC_URL and nothing that a request says. The person was verified by the
device (a PIN, a finger, a face), so that one passkey is two factors. No attestation is asked for: whose make a key is
would tell us nothing that we act on. `webauthn` is imported where it is used: it takes a quarter of a second.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

log = structlog.get_logger()
LONGEST: Final = 16_000  # characters of what a browser sends
TIMEOUT_MS: Final = 120_000  # for the person to find their key
LONGEST_CREDENTIAL: Final = 1_400


class NotProved(Exception):
    """What came is no proof of anybody; it says no more, and the log has why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Whom a passkey is for: the relying party's id is the host's name, the origin what the browser stands on."""

    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Which passkey an answer says it is of; nothing of it is proved yet."""

    credential_id: str
    user_handle: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    credential_id: str
    public_key: bytes
    sign_count: int


def site_of(public_url: str) -> Site | None:
    """None where the service is reached by a bare address: a browser makes passkeys for names alone."""
    try:
        parts = urlsplit(public_url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return None
    try:
        ip_address(host)
    except ValueError:
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        shown = "" if port in {None, usual} else f":{port}"
        return Site(rp_id=host, origin=f"{parts.scheme}://{host}{shown}") if host else None
    return None


def to_make(
    site: Site, *, service: str, email: str, name: str, handle: str, challenge: str, have: Sequence[str]
) -> dict[str, Any]:
    """What the browser is asked for to make one, as JSON; `have` are those that are not to be made twice."""
    import webauthn
    from webauthn.helpers import structs

    chosen = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _plain(
        webauthn.generate_registration_options(
            rp_id=site.rp_id, rp_name=service, user_name=email, user_display_name=name, user_id=_bytes(handle),
            challenge=_bytes(challenge), timeout=TIMEOUT_MS, authenticator_selection=chosen,
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=_bytes(one)) for one in have],
        )
    )  # fmt: skip


def to_show(site: Site, *, challenge: str, of: Sequence[str] = ()) -> dict[str, Any]:
    """What the browser is asked for to show one, as JSON; any that it holds for us where none is named."""
    import webauthn
    from webauthn.helpers import structs

    return _plain(
        webauthn.generate_authentication_options(
            rp_id=site.rp_id, challenge=_bytes(challenge), timeout=TIMEOUT_MS,
            allow_credentials=[structs.PublicKeyCredentialDescriptor(id=_bytes(one)) for one in of],
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
    )  # fmt: skip


def made(site: Site, given: str, *, challenge: str) -> Made:
    """The passkey that was just made. Raises NotProved."""
    import webauthn

    try:
        said = _read(given)
        _not_framed(said)
        found = webauthn.verify_registration_response(
            credential=said, expected_challenge=_bytes(challenge), expected_rp_id=site.rp_id,
            expected_origin=site.origin, require_user_verification=True,
        )  # fmt: skip
    except Exception as fault:
        raise _refused(fault) from fault
    if len(credential_id := text_of(found.credential_id)) > LONGEST_CREDENTIAL:
        raise NotProved
    return Made(credential_id=credential_id, public_key=found.credential_public_key, sign_count=found.sign_count)


def named(given: str) -> Named | None:
    try:
        said = _read(given)
        handle = said["response"].get("userHandle")
        credential_id = text_of(_bytes(said["rawId"]))  # as we write it, whatever stands behind it
    except Exception:  # noqa: BLE001 - a stranger's words: whatever is wrong with them, they name nobody
        return None
    if not 0 < len(credential_id) <= LONGEST_CREDENTIAL or not isinstance(handle, str | None):
        return None
    return Named(credential_id=credential_id, user_handle=handle.rstrip("=") if handle else None)


def shown(site: Site, given: str, *, challenge: str, public_key: bytes) -> int:
    """The count that the passkey told with its proof. Raises NotProved.

    Where it stood before is the caller's to compare: the library would do so before it looks at the signature, and
    anybody could then make it look as if a passkey had been copied.
    """
    import webauthn

    try:
        said = _read(given)
        _not_framed(said)
        found = webauthn.verify_authentication_response(
            credential=said, expected_challenge=_bytes(challenge), expected_rp_id=site.rp_id,
            expected_origin=site.origin, credential_public_key=public_key, credential_current_sign_count=0,
            require_user_verification=True,
        )  # fmt: skip
    except Exception as fault:
        raise _refused(fault) from fault
    return found.new_sign_count


def _read(given: str) -> dict[str, Any]:
    said = json.loads(given) if len(given) <= LONGEST else None
    if not isinstance(said, dict):
        raise TypeError("no object, or too long")
    return said


def _not_framed(said: dict[str, Any]) -> None:
    """Another site's page may not ask for it in a frame of ours."""
    client = json.loads(_bytes(said["response"]["clientDataJSON"]))
    if client.get("crossOrigin") not in {None, False} or "topOrigin" in client:
        raise ValueError("asked for in a frame")


def _plain(options: Any) -> dict[str, Any]:
    from webauthn.helpers import options_to_json_dict

    return options_to_json_dict(options)


def _bytes(text: str) -> bytes:
    from webauthn import base64url_to_bytes

    return base64url_to_bytes(text)


def text_of(data: bytes) -> str:
    from webauthn.helpers import bytes_to_base64url

    return bytes_to_base64url(data)


def _refused(fault: Exception) -> NotProved:
    """Whatever a parser of others trips over in a stranger's bytes is no proof, and no fault of ours."""
    log.info("passkey: not proved", fault=type(fault).__name__)
    return NotProved()
