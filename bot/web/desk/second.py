"""The second factor: its code at sign-in, setting it up, and a person's own sessions."""

from collections.abc import Callable

import segno
from flask import g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import accounts, passkeys, second_factor
from bot.casework.accounts import SignedIn
from bot.web.desk.guard import (
    ANYONE,
    cookie_name,
    forget_here,
    home_of,
    keep_signed_in,
    me,
    needs,
    own_path,
    pages,
)  # fmt: skip
from bot.web.here import house

MOST_CHARACTERS = 40


@pages.get("/sign-in/code")
@needs(ANYONE)
def ask_code() -> AnyResponse | tuple[str, int]:
    half = _half()
    if half is None:
        return redirect(url_for("desk.sign_in"), 303)
    return _page(half, "", own_path(request.args.get("next")) or ""), 200


@pages.post("/sign-in/code")
@needs(ANYONE)
def give_code() -> AnyResponse | tuple[str, int]:
    half = _half()
    if half is None:
        return redirect(url_for("desk.sign_in"), 303)
    return _take(half, second_factor.give, own_path(request.form.get("next")) or "")


@pages.get("/account")
@needs("own.session")
def account() -> str:
    staff = me().staff
    return render_template(
        "desk/account.html", section="", staff=staff, done=request.args.get("done", ""),
        has_code=staff.local and second_factor.is_set(house(), staff.id), here=accounts.digest(me().token),
        sessions=accounts.sessions_of(house(), staff.id), passkeys=len(passkeys.held(house(), staff.id)),
        can_passkey=passkeys.site(house()) is not None,
    )  # fmt: skip


@pages.post("/account/end-all")
@needs("own.session")
def end_all() -> AnyResponse:
    """Everywhere, here too."""
    staff = me().staff
    accounts.end_all(house(), staff.id, by=staff.id)
    return forget_here(redirect(url_for("desk.sign_in", done="signed-out"), 303))


@pages.get("/account/code")
@needs("own.session")
def new_code() -> AnyResponse | tuple[str, int]:
    if not me().staff.local or second_factor.is_set(house(), me().staff.id):
        return redirect(url_for("desk.account"), 303)
    if not accounts.fresh(me(), house().clock.now()):
        return redirect(url_for("desk.again", next=url_for("desk.new_code")), 303)
    return _page(me(), "", ""), 200


@pages.post("/account/code")
@needs("own.session")
def set_code() -> AnyResponse | tuple[str, int]:
    if not me().staff.local or second_factor.is_set(house(), me().staff.id):
        return redirect(url_for("desk.account"), 303)
    if not accounts.fresh(me(), house().clock.now()):
        return redirect(url_for("desk.again", next=url_for("desk.new_code")), 303)
    return _take(me(), second_factor.set_up, url_for("desk.account", done="code"))


def _half() -> SignedIn | None:
    token = request.cookies.get(cookie_name())
    return second_factor.sits_half(house(), token) if token else None


def _take(who: SignedIn, take: Callable[..., SignedIn], goes_to: str) -> AnyResponse | tuple[str, int]:
    try:
        signed_in = take(
            house(), who, code=request.form.get("code", "")[:MOST_CHARACTERS], place=request.remote_addr or "unknown"
        )
    except accounts.Refused as fault:
        wrong = 401 if who.half else 400  # who sets one up is signed in
        return _page(who, str(fault), goes_to), 429 if isinstance(fault, accounts.TooManyTries) else wrong
    return keep_signed_in(redirect(goes_to or home_of(signed_in.staff.role), 303), signed_in)


def _page(who: SignedIn, error: str, goes_to: str) -> str:
    """The form for a code; with the secret, as a picture and in letters, for whoever has none yet."""
    begins = second_factor.to_begin(house(), who)
    secret = second_factor.to_set_up(house(), who.staff.id) if begins else ""
    having = who.half and bool(passkeys.held(house(), who.staff.id))
    g.passkeys = can = having and passkeys.site(house()) is not None
    picture = Markup()
    if secret:
        council = house().live.of(house().db).compiled.council
        address = second_factor.address_of(secret, issuer=council.service, email=who.staff.email)
        # segno's own markup of numbers alone; the address stands in no attribute of it
        picture = Markup(segno.make(address, error="m").svg_inline(scale=5, border=4))  # noqa: S704
    return render_template(
        "desk/second.html", error=error, next=goes_to, picture=picture,
        letters=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), half=who.half, has_passkeys=can,
        asks_code=begins or second_factor.is_set(house(), who.staff.id),
    )  # fmt: skip
