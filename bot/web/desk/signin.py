"""Signing in and out."""

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import accounts, passkeys
from bot.casework.passwords import LONGEST
from bot.web.desk.council_account import sign_on
from bot.web.desk.guard import (
    ANYONE,
    forget_here,
    home_of,
    keep_signed_in,
    me,
    needs,
    own_path,
    pages,
    who_sits_here,
)  # fmt: skip
from bot.web.here import house


@pages.get("/sign-in")
@needs(ANYONE)
def sign_in() -> str:
    return sign_in_page(
        own_path(request.args.get("next")) or "", signed_out=request.args.get("done") == "signed-out"
    )  # fmt: skip


def sign_in_page(goes_to: str, *, email: str = "", told: str = "", signed_out: bool = False) -> str:
    """`told` is why nobody was signed in."""
    g.passkeys = can = passkeys.site(house()) is not None
    return render_template(
        "desk/sign_in.html", next=goes_to, email=email, error=told, signed_out=signed_out,
        council=sign_on() is not None, leave=_leave() if signed_out else None, can_passkey=can,
    )  # fmt: skip


def _leave() -> str | None:
    """Where the council's provider ends its own session. A link: no form of ours may lead to another host."""
    provider = sign_on()
    back = f"{house().settings.public_url}{url_for('desk.sign_in')}"
    return provider.sign_out_address(house().clock.now(), back) if provider else None


@pages.post("/sign-in")
@needs(ANYONE)
def begin() -> AnyResponse | tuple[str, int]:
    """A new token at each sign-in; whoever sat at this browser before is signed out."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    goes_to = own_path(request.form.get("next"))
    try:
        if len(email) > LONGEST or len(password) > LONGEST:
            raise accounts.Refused("The email or the password is not right.")
        signed_in = accounts.sign_in(house(), email=email, password=password, place=request.remote_addr or "unknown")
    except accounts.Refused as fault:
        code = 429 if isinstance(fault, accounts.TooManyTries) else 401
        return sign_in_page(goes_to or "", email=email[:254], told=str(fault)), code
    before = who_sits_here(busy=False)
    if before is not None:
        accounts.sign_out(house(), before)
    on = url_for("desk.ask_code", next=goes_to) if signed_in.half else goes_to or home_of(signed_in.staff.role)
    return keep_signed_in(redirect(on, 303), signed_in)


@pages.post("/sign-out")
@needs("own.session")
def sign_out() -> AnyResponse:
    accounts.sign_out(house(), me())
    return forget_here(redirect(url_for("desk.sign_in", done="signed-out"), 303))
