"""Telling that an entry is wrong: a button under each entry of /help. By POST alone, so that no address names what
somebody looked for."""

from flask import Blueprint, Response, abort, current_app, render_template, request

from bot.publishing import wrong
from bot.publishing.entries import NoSuchEntry
from bot.web import chat
from bot.web.here import house

pages = Blueprint("wrong", __name__)
MOST_ID = 80


@pages.post("/help/wrong")
def tell() -> Response:
    """`id` alone asks what is wrong; with `kind` it is told."""
    service_id, kind = request.form.get("id", ""), request.form.get("kind", "")
    words = request.form.get("words", "")
    if not (0 < len(service_id) <= MOST_ID and service_id.isprintable()):
        abort(404)
    try:
        service = wrong.known(house(), service_id)
        if "asked" not in request.form:
            return Response(_form(service_id, service.name))
        if kind not in wrong.KINDS:
            return Response(_form(service_id, service.name, words, "Choose what is wrong."), 400)
        if current_app.extensions[chat.PACE].wait(None, request.remote_addr, house().clock.now()):
            return Response(_form(service_id, service.name, words, "Too many at once. Try again in a minute."), 429)
        wrong.tell(house(), service_id, kind, words)
    except NoSuchEntry:
        abort(404)
    return Response(render_template("public/wrong.html", name=service.name, done=True))


def _form(service_id: str, name: str, words: str = "", problem: str = "") -> str:
    return render_template(
        "public/wrong.html", id=service_id, name=name, words=words, problem=problem, kind=request.form.get("kind"),
        longest=wrong.LONGEST,
    )  # fmt: skip
