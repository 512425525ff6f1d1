"""Pages that text something to a phone: a code to carry on with elsewhere, and the help that was found.

All of it works without JavaScript. No number and no code stands in any address, and each answer is the same whether a
text went or not.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot.browsing import Asked as Looked
from bot.browsing import look
from bot.turn import to_phone
from bot.turn.chat import bubbles
from bot.turn.to_phone import Asked
from bot.web import chat
from bot.web.here import house
from bot.web.templating import language

pages = Blueprint("to_phone", __name__)
Cards = tuple[Mapping[str, Any], ...]


@pages.get("/chat/later")
def later() -> str:
    """Keep this conversation for a number, or carry on with one that was kept."""
    return _later()


@pages.post("/chat/later")
def keep() -> AnyResponse:
    token, typed = chat.token_held(), request.form.get("phone", "")
    if chat.too_many_posts():
        return Response(_later(fault="many", field="keep"), 429)
    asked = Asked(fault="nothing") if token is None else to_phone.keep(house(), token, typed)
    return _asked(asked, typed, field="keep")


@pages.post("/chat/carry-on")
def carry_on() -> AnyResponse:
    typed = request.form.get("phone", "")
    if chat.too_many_posts():
        return Response(_later(fault="many", field="carry"), 429)
    return _asked(to_phone.carry(house(), typed), typed, field="carry")


@pages.post("/chat/code")
def code() -> AnyResponse:
    """A code that came to the phone. What is wrong with one that is not right is not told."""
    ask, typed = request.form.get("ask", ""), request.form.get("code", "")
    if chat.too_many_posts():
        return Response(_code_page(ask, fault="many"), 429)
    entered = to_phone.enter(house(), chat.token_held(), ask, typed)
    if entered is None:
        return Response(_code_page(ask, fault="wrong"), 422)
    if entered.token is None:
        return Response(render_template("chat/kept.html"))
    return chat.keep_token(redirect("/#latest", 303), entered.token)


@pages.get("/chat/results")
def results() -> AnyResponse:
    """The help found last in this conversation, to print or to have texted."""
    cards = _of_chat()
    return Response(_results(cards, action="/chat/results")) if cards else redirect("/", 303)


@pages.post("/chat/results")
def send_results() -> AnyResponse:
    return _send(_of_chat(), action="/chat/results")


@pages.post("/help/results")
def help_results() -> AnyResponse:
    """The same of a page of help: searched again, since what was typed is kept nowhere. With no number, to print."""
    form = request.form
    fields = {name: form.get(name, "") for name in ("text", "postcode", "age", "need")}
    asked = Looked(text=fields["text"], postcode=fields["postcode"], age=fields["age"], need=fields["need"])
    cards = look(house(), asked, language()).cards
    if "phone" not in form:
        return Response(_results(cards, action="/help/results", fields=fields))
    return _send(cards, action="/help/results", fields=fields)


def _of_chat() -> Cards:
    token = chat.token_held()
    told = [] if token is None else bubbles(house(), token)
    return next((bubble.listings for bubble in reversed(told) if bubble.listings), ())


def _send(cards: Cards, *, action: str, fields: Mapping[str, str] | None = None) -> AnyResponse:
    typed = request.form.get("phone", "")
    if chat.too_many_posts():
        return Response(_results(cards, action=action, fields=fields, fault="many"), 429)
    asked = to_phone.send_results(house(), chat.token_held(), typed, cards, language())
    if asked.fault:
        status = 429 if asked.fault == "many" else 422
        return Response(_results(cards, action=action, fields=fields, fault=asked.fault, typed=typed), status)
    return Response(_results(cards, action=action, fields=fields, sent=True))


def _results(
    cards: Cards, *, action: str, fields: Mapping[str, str] | None = None, fault: str = "", typed: str = "",
    sent: bool = False,
) -> str:  # fmt: skip
    return render_template(
        "chat/results.html", cards=cards, action=action, fields=fields or {}, fault=fault, error=bool(fault),
        typed=typed, sent=sent,
    )  # fmt: skip


def _asked(asked: Asked, typed: str, *, field: str) -> AnyResponse:
    if asked.fault:
        status = 429 if asked.fault == "many" else 422
        return Response(_later(fault=asked.fault, field=field, typed=typed), status)
    return Response(_code_page(asked.ask))


def _later(*, fault: str = "", field: str = "", typed: str = "") -> str:
    token = chat.token_held()
    here = token is not None and bool(bubbles(house(), token))
    return render_template(
        "chat/later.html", here=here, fault=fault, field=field, typed=typed, error=bool(fault)
    )  # fmt: skip


def _code_page(ask: str, *, fault: str = "") -> str:
    return render_template("chat/code.html", ask=ask, fault=fault, error=bool(fault))
