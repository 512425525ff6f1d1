"""Searching for somebody. What is sought is posted, never part of an address: those are kept in logs and histories."""

from flask import abort, render_template, request

from bot.casework import seeking
from bot.clock import local_date
from bot.refs import read_ref
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.person import age_on, telephone
from bot.web.here import house


@pages.get("/search")
@needs("people.search")
def search() -> str:
    seeking.begin(house(), me())
    return _page("", None, "")


@pages.post("/search")
@needs("people.search")
def searched() -> tuple[str, int] | str:
    typed = request.form.get("words", "")
    try:
        return _page(typed, seeking.seek(house(), me(), typed), "")
    except seeking.Nothing as fault:
        return _page(typed, None, str(fault)), 400


def _page(typed: str, found: seeking.Sought | None, error: str) -> str:
    today = local_date(house().clock.now())
    return render_template(
        "desk/search.html", section="search", typed=typed[: seeking.LONGEST], found=found, error=error,
        age=lambda person: age_on(person.born, today) if person.child else None, most=seeking.MOST,
        telephone=telephone,
    )  # fmt: skip


@pages.post("/people/<ref>/words")
@needs("people.read")
def person_words(ref: str) -> tuple[str, int] | str:
    """Words within one person's story."""
    known = read_ref(ref) or abort(404)
    typed = request.form.get("words", "")
    try:
        found = seeking.words_of(house(), me(), known, typed)
    except seeking.Nothing as fault:
        return render_template(
            "desk/person_words.html", section="inbox", ref=known, found=None, typed="", error=str(fault)
        ), 400
    if found is None:
        abort(404)
    return render_template("desk/person_words.html", section="inbox", ref=known, found=found, typed=typed, error="")
