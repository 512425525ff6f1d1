"""The page of a restricted case that is closed to whoever opens it, and how it is opened in need."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import restricting
from bot.casework.work import NotYet
from bot.refs import read_ref
from bot.web.desk.guard import me, needs, pages
from bot.web.here import house

Answer = Response | tuple[str, int] | str


@pages.post("/cases/<ref>/open-in-need")
@needs("cases.read")
def open_in_need(ref: str) -> Answer:
    known, words = read_ref(ref) or abort(404), request.form.get("words", "")
    try:
        restricting.break_glass(house(), known, me(), words)
    except NotYet as fault:
        return closed(known, words=words, error=str(fault)), 400
    return redirect(url_for("desk.case", ref=known, done="glass"), 303)


def closed(ref: str, *, words: str = "", error: str = "") -> str:
    """The page of a case that is restricted and not for whoever opens it. Raises NoSuchCase where it says not even
    that."""
    return render_template(
        "desk/closed_case.html", section="inbox", found=restricting.glass(house(), ref, me()), words=words, error=error
    )
