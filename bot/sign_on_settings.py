"""How staff sign in, as the operator sets it: the council's own provider of identities, and codes for local accounts.

Which group has which role is a setting and no content: who publishes words must not be able to make a manager.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import urlsplit

from bot.casework.permissions import ROLES, Role

NEEDED: Final = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ROLES")
ALL: Final = (*NEEDED, "OIDC_CLAIM")
# Entra ID's addresses for more than one organisation: their issuer is a pattern, so any tenant of the world would do.
_MANY_TENANTS: Final = {"common", "organizations", "consumers"}
LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOnSettings:
    """`roles`: what the claim holds, and the role that goes with it; the first that somebody has is theirs."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    roles: tuple[tuple[str, Role], ...]
    claim: str = "groups"

    def role_of(self, groups: tuple[str, ...]) -> Role | None:
        return next((role for group, role in self.roles if group in groups), None)


def read(get: Callable[[str], str], *, public_url: str, demo: bool) -> tuple[SignOnSettings | None, list[str]]:
    """The settings, None where none is given or any cannot be used; with the faults, each naming a setting."""
    given = [name for name in ALL if get(name)]
    if not given:
        return None, []
    if demo:
        return None, [f"{given[0]} is set with DEMO=1: the demo has accounts of its own. Unset one of them."]
    faults = [
        f"{name} is not set, but {given[0]} is: single sign-on needs all of {', '.join(NEEDED)}."
        for name in NEEDED
        if not get(name)
    ]
    if not public_url:
        faults.append("PUBLIC_URL is not set: the provider sends staff back to it, and must know it beforehand.")
    issuer = get("OIDC_ISSUER")
    if issuer:
        faults += _issuer_faults(issuer)
    roles, told = _roles(get("OIDC_ROLES"))
    faults += told
    if faults:
        return None, faults
    made = SignOnSettings(
        issuer=issuer, client_id=get("OIDC_CLIENT_ID"), client_secret=get("OIDC_CLIENT_SECRET"), roles=roles,
        claim=get("OIDC_CLAIM") or "groups",
    )  # fmt: skip
    return made, []


def reachable(url: str) -> bool:
    """An https address, or a plain one on this very machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def _issuer_faults(issuer: str) -> list[str]:
    if not reachable(issuer) or urlsplit(issuer).query or urlsplit(issuer).fragment:
        return ["OIDC_ISSUER must be an https address, for example https://login.microsoftonline.com/TENANT-ID/v2.0"]
    if _MANY_TENANTS & set(urlsplit(issuer).path.split("/")):
        return [
            "OIDC_ISSUER is for many organisations: write your own tenant's id in it, or anybody's staff would fit."
        ]
    return []


def _roles(text: str) -> tuple[tuple[tuple[str, Role], ...], list[str]]:
    """`group=role`, comma-separated."""
    found: dict[str, Role] = {}
    faults = []
    for place, part in enumerate(filter(None, (p.strip() for p in text.split(","))), 1):
        group, equals, role = (piece.strip() for piece in part.rpartition("="))
        if not equals or not group:
            faults.append(f"OIDC_ROLES: the {place}. is not written group=role.")
        elif role not in ROLES:
            faults.append(f"OIDC_ROLES: {role} is not a role; roles are {', '.join(ROLES)}.")
        elif group in found:
            faults.append(f"OIDC_ROLES: {group} is there twice.")
        else:
            found[group] = cast("Role", role)
    return tuple(found.items()), faults
