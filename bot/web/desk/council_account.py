"""Signing in by the council's own account: to its provider, and back.

What a sign-in on its way needs to be believed when it comes back (state, nonce, the PKCE verifier) stays with the
browser that began it, in a signed cookie of some minutes: a stranger's sign-in cannot be finished in it (login CSRF),
and nothing is written for somebody who only asks for the page.
"""

from datetime import UTC, datetime
from typing import Any, Final

from flask import abort, current_app, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import accounts, council_accounts
from bot.casework.council_accounts import ComeBack, NoRole
from bot.sign_on import NotBelieved, ProviderAway, SignOn, SignOnFault
from bot.web.desk.guard import ANYONE, home_of, keep_signed_in, needs, own_path, pages, who_sits_here
from bot.web.here import house

SIGN_ON: Final = "thrive_sign_on"  # where the app keeps its provider, or None
_NOT_SIGNED_IN: Final = "Your council's sign-in service did not sign you in."
_MOST: Final = 4_000  # characters of what comes back


def sign_on() -> SignOn | None:
    found = current_app.extensions[SIGN_ON]
    assert found is None or isinstance(found, SignOn)
    return found


@pages.get("/sign-in/council")
@needs(ANYONE)
def to_provider() -> AnyResponse | tuple[str, int]:
    """`again`: whoever is signed in proves anew who they are, and goes on to `next`."""
    provider, again = sign_on() or abort(404), request.args.get("again") == "1"
    now = house().clock.now()
    try:
        begun = provider.begin(now, again=again)
    except ProviderAway as fault:
        return _refused(fault)
    kept = {
        "state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "at": now.timestamp(), "again": again,
        "next": own_path(request.args.get("next")) or "",
    }  # fmt: skip
    response = redirect(begun.address, 303)
    response.set_cookie(
        _cookie(), _signer().dumps(kept), path="/", secure=house().settings.secure, httponly=True, samesite="Lax",
        max_age=int(council_accounts.RETURN_WITHIN.total_seconds()),
    )  # fmt: skip
    return response


@pages.get("/sign-in/back")
@needs(ANYONE)
def from_provider() -> AnyResponse | tuple[str, int]:
    provider = sign_on() or abort(404)
    try:
        answer = _arrive(provider)
    except SignOnFault as fault:
        answer = current_app.make_response(_refused(fault))
    answer.delete_cookie(_cookie(), path="/", secure=house().settings.secure, httponly=True, samesite="Lax")
    return answer


def _arrive(provider: SignOn) -> AnyResponse:
    if request.args.get("error"):  # said whatever the state: nothing follows from it
        raise NotBelieved(_NOT_SIGNED_IN)
    kept = _kept()
    begun_at = datetime.fromtimestamp(float(kept["at"]), UTC)
    council_accounts.take_return(house(), kept["state"], begun_at)
    code = request.args.get("code", "")
    if not code or len(code) > _MOST:
        raise NotBelieved(_NOT_SIGNED_IN)
    who = provider.finish(house().clock.now(), code=code, nonce=kept["nonce"], verifier=kept["verifier"])
    sits_here = who_sits_here(busy=False)
    if kept["again"]:
        if sits_here is None:
            raise NotBelieved("You were signed out meanwhile. Sign in, and begin again.")
        proved = council_accounts.prove_again(house(), sits_here, who, asked_at=begun_at)
        return keep_signed_in(redirect(own_path(kept["next"]) or home_of(sits_here.staff.role), 303), proved)
    signed_in = council_accounts.admit(house(), provider.settings, who)
    if sits_here is not None:
        accounts.sign_out(house(), sits_here)
    return keep_signed_in(redirect(own_path(kept["next"]) or home_of(signed_in.staff.role), 303), signed_in)


def _kept() -> dict[str, Any]:
    """What this browser keeps of the sign-in that comes back. Raises ComeBack for another's, or none."""
    try:
        kept = _signer().loads(request.cookies.get(_cookie(), ""))
    except BadSignature as fault:
        raise ComeBack from fault
    if not isinstance(kept, dict) or request.args.get("state", "") != kept.get("state"):
        raise ComeBack
    return kept


def _refused(fault: SignOnFault) -> tuple[str, int]:
    code = 403 if isinstance(fault, NoRole) else 503 if isinstance(fault, ProviderAway) else 400
    begin = url_for("desk.to_provider")
    return render_template("desk/sign_on_refused.html", told=str(fault), no_role=code == 403, begin=begin), code


def _cookie() -> str:
    return "__Host-sign-on" if house().settings.secure else "sign-on"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(house().settings.secret_key, salt="sign-on")
