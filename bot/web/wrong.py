"""Telling that an entry is wrong: a button under each entry of /help. By POST alone, so that no address names what
somebody looked for. Words of danger are answered as in the web chat, whatever else the form holds or lacks."""

from flask import Blueprint, Response, abort, current_app, render_template, request

from bot.casework import unnamed
from bot.publishing import wrong
from bot.publishing.entries import NoSuchEntry
from bot.refs import new_ref, read_ref
from bot.web import chat
from bot.web.here import house
from bot.web.templating import language
from directory.service import Service

pages = Blueprint("wrong", __name__)
MOST_ID = 80


@pages.post("/help/wrong")
def tell() -> Response:
    """`id` alone asks what is wrong; with `kind` it is told. Danger waits for no kind, no entry and no allowance."""
    service, words = _entry(request.form.get("id", "")), request.form.get("words", "")
    if "asked" in request.form:
        ref = read_ref(request.form.get("ref", "")) or new_ref()
        about = "one that is not shown" if service is None else service.name
        safety = unnamed.answer(house(), ref, words, about=about, language=language())
        if safety is not None:
            if service is not None:
                _told(service, words)
            return Response(render_template("public/wrong.html", done=True, safety=safety))
    return (None if service is None else _told(service, words)) or abort(404)


def _entry(service_id: str) -> Service | None:
    if not (0 < len(service_id) <= MOST_ID and service_id.isprintable()):
        return None
    try:
        return wrong.known(house(), service_id)
    except NoSuchEntry:
        return None


def _told(service: Service, words: str) -> Response | None:
    """Keep the report, or ask for what it lacks; None where the entry is gone meanwhile."""
    kind = request.form.get("kind", "")
    if "asked" not in request.form:
        return Response(_form(service.id, service.name))
    if kind not in wrong.KINDS:
        return Response(_form(service.id, service.name, words, "Choose what is wrong."), 400)
    if current_app.extensions[chat.PACE].wait(None, request.remote_addr, house().clock.now()):
        return Response(_form(service.id, service.name, words, "Too many at once. Try again in a minute."), 429)
    try:
        wrong.tell(house(), service.id, kind, words)
    except NoSuchEntry:
        return None
    return Response(render_template("public/wrong.html", name=service.name, done=True))


def _form(service_id: str, name: str, words: str = "", problem: str = "") -> str:
    return render_template(
        "public/wrong.html", id=service_id, name=name, words=words, problem=problem, kind=request.form.get("kind"),
        longest=wrong.LONGEST, ref=new_ref(),
    )  # fmt: skip
