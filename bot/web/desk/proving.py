"""The form that asks somebody who is signed in to prove it again, and the password that they may change."""

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import accounts, passkeys, proving, second_factor
from bot.casework.accounts import Refused, SignedIn
from bot.casework.passwords import LONGEST, SHORTEST
from bot.web.desk.guard import keep_signed_in, me, needs, own_path, pages
from bot.web.here import house

MOST_OF_A_CODE = 40


def prove() -> SignedIn:
    """Check the `password` and the `code` of the form that was posted. Raises accounts.Refused."""
    return proving.confirm(house(), me(), **_given())


def asks() -> dict[str, bool]:
    """What whoever is signed in can prove it with, so that the form holds its field: a code, a passkey, or a passkey
    alone beside which a password proves nothing."""
    staff_id = me().staff.id
    has_code, any_passkey = second_factor.is_set(house(), staff_id), bool(passkeys.held(house(), staff_id))
    g.passkeys = offered = any_passkey and passkeys.site(house()) is not None
    return {"has_code": has_code, "has_passkeys": offered, "passkey_alone": any_passkey and not has_code}


def to_prove(goes_to: str) -> AnyResponse:
    """To prove again who one is, in the way that one signs in, and on to `goes_to`."""
    if me().staff.local:
        return redirect(url_for("desk.again", next=goes_to), 303)
    return redirect(url_for("desk.to_provider", again=1, next=goes_to), 303)


@pages.get("/account/again")
@needs("own.session")
def again() -> AnyResponse | tuple[str, int]:
    """Before something of the account is changed; `next` is the page to go on to."""
    if not me().staff.local:
        return redirect(url_for("desk.account"), 303)
    return again_page(own_path(request.args.get("next")) or "", ""), 200


@pages.post("/account/again")
@needs("own.session")
def prove_again() -> AnyResponse | tuple[str, int]:
    goes_to = own_path(request.form.get("next")) or ""
    if not me().staff.local:
        return redirect(url_for("desk.account"), 303)
    try:
        signed_in = prove()
    except Refused as fault:
        return again_page(goes_to, str(fault)), _status(fault)
    return keep_signed_in(redirect(goes_to or url_for("desk.account"), 303), signed_in)


@pages.get("/account/password")
@needs("own.session")
def new_password() -> AnyResponse | tuple[str, int]:
    if not me().staff.local:
        return redirect(url_for("desk.account"), 303)
    if asks()["passkey_alone"] and not accounts.fresh(me(), house().clock.now()):
        return to_prove(url_for("desk.new_password"))
    return _password({}), 200


@pages.post("/account/password")
@needs("own.session")
def change_password() -> AnyResponse | tuple[str, int]:
    if not me().staff.local:
        return redirect(url_for("desk.account"), 303)
    try:
        signed_in = proving.change_password(house(), me(), new=request.form.get("new", ""), **_given())
    except proving.WeakPassword as fault:
        return _password({"new": str(fault)}), 400
    except Refused as fault:
        return _password({"password": str(fault)}), _status(fault)
    return keep_signed_in(redirect(url_for("desk.account", done="password"), 303), signed_in)


def _given() -> dict[str, str]:
    password = request.form.get("password", "")
    return {
        "password": password if len(password) <= LONGEST else "", "place": request.remote_addr or "unknown",
        "code": request.form.get("code", "")[:MOST_OF_A_CODE],
    }  # fmt: skip


def _status(fault: Refused) -> int:
    return 429 if isinstance(fault, accounts.TooManyTries) else 401


def again_page(goes_to: str, error: str) -> str:
    return render_template("desk/again.html", section="", next=goes_to, error=error, **asks())


def _password(errors: dict[str, str]) -> str:
    return render_template(
        "desk/password.html", section="", errors=errors, error=bool(errors), shortest=SHORTEST,
        **asks(),
    )  # fmt: skip
