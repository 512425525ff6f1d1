"""Passkeys: signing in by one, proving again who one is by one, and one's own list of them.

What the browser was asked stays with it in a signed cookie of some minutes, so that an answer counts only in the
browser that was asked, and nothing is written for somebody who only asks. The passkey itself needs JavaScript
(passkey.js): the pages show its buttons only where that runs and the browser has passkeys.
"""

from dataclasses import asdict
from typing import Any, Final

from flask import Response, abort, g, jsonify, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import accounts, passkeys
from bot.casework.accounts import Refused, SignedIn
from bot.casework.passkey_proof import LONGEST, Site
from bot.casework.passkeys import Asked
from bot.web.desk.guard import ANYONE, home_of, keep_signed_in, me, needs, own_path, pages, who_sits_here
from bot.web.desk.proving import again_page, to_prove
from bot.web.desk.signin import sign_in_page
from bot.web.here import house
from bot.web.security import permissions_policy

PASSKEYS: Final = frozenset({"publickey-credentials-create", "publickey-credentials-get"})


@pages.get("/sign-in/passkey")
@needs(ANYONE)
def ask_passkey() -> AnyResponse:
    return _ask(*passkeys.ask_to_sign_in(house(), _site()))


@pages.post("/sign-in/passkey")
@needs(ANYONE)
def show_passkey() -> AnyResponse | tuple[str, int]:
    """A new token at each sign-in; whoever sat at this browser before is signed out."""
    goes_to = own_path(request.form.get("next")) or ""
    try:
        signed_in = passkeys.sign_in(house(), _site(), _asked(), _given(), place=_place())
    except Refused as fault:
        return sign_in_page(goes_to, told=str(fault)), _status(fault)
    before = who_sits_here(busy=False)
    if before is not None:
        accounts.sign_out(house(), before)
    return _kept(redirect(goes_to or home_of(signed_in.staff.role), 303), signed_in)


@pages.get("/account/again/passkey")
@needs("own.session")
def ask_passkey_again() -> AnyResponse:
    return _ask(*passkeys.ask_again(house(), _site(), me()))


@pages.post("/account/again/passkey")
@needs("own.session")
def show_passkey_again() -> AnyResponse | tuple[str, int]:
    """`next` is the page to go on to."""
    goes_to = own_path(request.form.get("next")) or ""
    if not me().staff.local:
        return redirect(url_for("desk.account"), 303)
    try:
        signed_in = passkeys.prove_again(house(), _site(), me(), _asked(), _given(), place=_place())
    except Refused as fault:
        return again_page(goes_to, str(fault)), _status(fault)
    return _kept(redirect(goes_to or url_for("desk.account"), 303), signed_in)


@pages.get("/account/passkeys")
@needs("own.session")
def own_passkeys() -> AnyResponse | tuple[str, int]:
    return _shut() or _page({})


@pages.get("/account/passkeys/new")
@needs("own.session")
def ask_new_passkey() -> AnyResponse | tuple[str, int]:
    """403 where the page asks to prove who one is first: it is then loaded anew, and leads there."""
    if _shut() is not None:
        abort(403)
    council = house().live.of(house().db).compiled.council
    try:
        return _ask(*passkeys.ask_to_add(house(), _site(), me(), service=council.service))
    except Refused:
        abort(403)


@pages.post("/account/passkeys")
@needs("own.session")
def add_passkey() -> AnyResponse | tuple[str, int]:
    if (shut := _shut()) is not None:
        return shut
    if (here := passkeys.site(house())) is None:
        return _page({})
    name = request.form.get("name", "")
    try:
        signed_in = passkeys.add(house(), here, me(), _asked(), _given(), name=name)
    except Refused as fault:
        return _page({"name": str(fault)}, name=name[: passkeys.LONGEST_NAME], code=400)
    return _kept(redirect(url_for("desk.own_passkeys", done="passkey"), 303), signed_in)


@pages.post("/account/passkeys/<int:passkey_id>/remove")
@needs("own.session")
def remove_passkey(passkey_id: int) -> AnyResponse | tuple[str, int]:
    if (shut := _shut()) is not None:
        return shut
    if not passkeys.remove(house(), me(), min(passkey_id, 2**31 - 1)):
        abort(404)
    return redirect(url_for("desk.own_passkeys", done="passkey-removed"), 303)


@pages.after_request
def allow_passkeys(response: Response) -> Response:
    """A page that has a passkey's button may ask for one; no other page of the service may."""
    if g.get("passkeys"):
        response.headers["Permissions-Policy"] = permissions_policy(PASSKEYS)
    return response


def _shut() -> AnyResponse | None:
    """Where they are led instead: adding and removing ask for a proof of who sits here that is minutes old."""
    if not me().staff.local:
        return redirect(url_for("desk.account"), 303)
    if not accounts.fresh(me(), house().clock.now()):
        return to_prove(url_for("desk.own_passkeys"))
    return None


def _page(errors: dict[str, str], *, name: str = "", code: int = 200) -> tuple[str, int]:
    g.passkeys = True
    return render_template(
        "desk/passkeys.html", section="", errors=errors, error=bool(errors), name=name, most=passkeys.MOST,
        held=passkeys.held(house(), me().staff.id), can=passkeys.site(house()) is not None,
        longest=passkeys.LONGEST_NAME, done=request.args.get("done", ""),
    ), code  # fmt: skip


def _site() -> Site:
    return passkeys.site(house()) or abort(404)


def _ask(options: dict[str, Any], asked: Asked) -> AnyResponse:
    response = jsonify(options)
    response.set_cookie(
        _cookie(), _signer().dumps(asdict(asked)), path="/", secure=house().settings.secure, httponly=True,
        samesite="Strict", max_age=int(passkeys.GOOD_FOR.total_seconds()),
    )  # fmt: skip
    return response


def _asked() -> Asked | None:
    """What this browser was asked, where we asked it."""
    try:
        return Asked(**_signer().loads(request.cookies.get(_cookie(), "")))
    except (BadSignature, TypeError):
        return None


def _given() -> str:
    given = request.form.get("credential", "")
    return given if len(given) <= LONGEST else ""


def _kept(response: AnyResponse, signed_in: SignedIn) -> AnyResponse:
    response.delete_cookie(_cookie(), path="/", secure=house().settings.secure, httponly=True, samesite="Strict")
    return keep_signed_in(response, signed_in)


def _place() -> str:
    return request.remote_addr or "unknown"


def _status(fault: Refused) -> int:
    return 429 if isinstance(fault, accounts.TooManyTries) else 401


def _cookie() -> str:
    return "__Host-passkey" if house().settings.secure else "passkey"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(house().settings.secret_key, salt="passkey")
