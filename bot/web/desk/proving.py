"""The form that asks somebody who is signed in to prove it again, and the password that they may change."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import accounts, proving, second_factor
from bot.casework.accounts import Refused, SignedIn
from bot.casework.passwords import LONGEST, SHORTEST
from bot.web.desk.guard import keep_signed_in, me, needs, own_path, pages
from bot.web.here import house

MOST_OF_A_CODE = 40


def prove() -> SignedIn:
    """Check the `password` and the `code` of the form that was posted. Raises accounts.Refused."""
    return proving.confirm(house(), me(), **_given())


def asks_code() -> bool:
    """Whether whoever is signed in has a second factor, so that the form holds its field."""
    return second_factor.is_set(house(), me().staff.id)


@pages.get("/account/again")
@needs("own.session")
def again() -> AnyResponse | tuple[str, int]:
    """Before something of the account is changed; `next` is the page to go on to."""
    if not me().staff.local:
        return redirect(url_for("desk.account"), 303)
    return _again(own_path(request.args.get("next")) or "", "")


@pages.post("/account/again")
@needs("own.session")
def prove_again() -> AnyResponse | tuple[str, int]:
    goes_to = own_path(request.form.get("next")) or ""
    if not me().staff.local:
        return redirect(url_for("desk.account"), 303)
    try:
        signed_in = prove()
    except Refused as fault:
        return _again(goes_to, str(fault), code=_status(fault))
    return keep_signed_in(redirect(goes_to or url_for("desk.account"), 303), signed_in)


@pages.get("/account/password")
@needs("own.session")
def new_password() -> AnyResponse | tuple[str, int]:
    if not me().staff.local:
        return redirect(url_for("desk.account"), 303)
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


def _again(goes_to: str, error: str, *, code: int = 200) -> tuple[str, int]:
    return render_template(
        "desk/again.html", section="", next=goes_to, error=error, has_code=asks_code()
    ), code  # fmt: skip


def _password(errors: dict[str, str]) -> str:
    return render_template(
        "desk/password.html", section="", errors=errors, error=bool(errors), shortest=SHORTEST,
        has_code=asks_code(),
    )  # fmt: skip
