"""The contact log at the desk: the list, the form, and one contact with its reviews."""

import secrets
from datetime import date

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import contacts
from bot.refs import read_ref
from bot.web.desk.case import FORM_ID
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import page_number
from bot.web.here import house

FIELDS = ("kind", "on", "person", "who", "organisation", "words", "next_step", "follow_up_on")


@pages.get("/log")
@needs("log.read")
def contact_log() -> tuple[str, int] | str:
    """`person`, a reference, narrows to the contacts about one. A slip in it shows nobody's."""
    asked = request.args.get("person", "").strip()
    person = read_ref(asked) if asked else None
    errors = {}
    if asked and person is None:
        errors = {"person": "A reference has eight letters and digits. Check it for a slip."}
    found = None if errors else contacts.listed(house(), me(), person=person, page=page_number())
    page = render_template(
        "desk/log.html", section="log", log=found, asked=asked, errors=errors, error=bool(errors),
        kinds=contacts.KINDS, person=person, done=request.args.get("done") == "kept",
    )  # fmt: skip
    return (page, 400) if errors else page


@pages.post("/log/search")
@needs("log.read")
def search_log() -> tuple[str, int] | str:
    """By name, organisation or reference. Posted, as every search: it stands in no address."""
    typed = request.form.get("words", "")
    errors: dict[str, str] = {}
    found = None
    try:
        found = contacts.sought(house(), me(), typed)
    except contacts.Faults as fault:
        errors = fault.errors
    page = render_template(
        "desk/log.html", section="log", log=found, asked="", errors=errors, error=bool(errors), kinds=contacts.KINDS,
        person=None, done=False, typed=typed[: contacts.LONGEST_NAME], searched=True, most=contacts.MOST_FOUND,
    )  # fmt: skip
    return (page, 400) if errors else page


@pages.get("/log/new")
@needs("log.write")
def new_contact() -> str:
    person = read_ref(request.args.get("person", ""))
    today = contacts.begin(house(), me(), person)
    return _form({"on": today.isoformat(), "person": person or ""}, [], {})


@pages.post("/log/new")
@needs("log.write")
def keep_contact() -> Response | tuple[str, int]:
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    weeks = [int(week) for week in request.form.getlist("weeks") if week in map(str, contacts.WEEKS)]
    form_id = request.form.get("form_id", "")
    errors = {}
    if given["follow_up_on"] and _day(given["follow_up_on"]) is None:
        errors["follow_up_on"] = "Give a day, such as 2026-11-23."
    told = contacts.Told(
        form_id=form_id if FORM_ID.fullmatch(form_id) else secrets.token_urlsafe(18), kind=given["kind"],
        on=_day(given["on"]), person=given["person"], who=given["who"], organisation=given["organisation"],
        words=given["words"], next_step=given["next_step"], follow_up_on=_day(given["follow_up_on"]), weeks=weeks,
    )  # fmt: skip
    try:
        if errors:
            raise contacts.Faults(errors)
        contacts.keep(house(), me(), told)
    except contacts.Faults as fault:
        return _form(given, weeks, fault.errors), 400
    return redirect(url_for("desk.contact_log", done="kept"), 303)


@pages.get("/log/<ref>")
@needs("log.read")
def contact(ref: str) -> str:
    return _contact(read_ref(ref) or abort(404), {}, "")


@pages.post("/log/<ref>/reviewed")
@needs("log.write")
def contact_reviewed(ref: str) -> Response | tuple[str, int]:
    known = read_ref(ref) or abort(404)
    due_on = _day(request.form.get("due_on", ""))
    words = request.form.get("words", "")
    try:
        if due_on is None or not contacts.reviewed(house(), me(), known, due_on, words):
            abort(404)
    except contacts.Faults as fault:
        page = _contact(known, fault.errors, due_on.isoformat() if due_on else "")
        return page, 409 if isinstance(fault, contacts.DoneBefore) else 400
    return redirect(url_for("desk.contact", ref=known), 303)


def _contact(ref: str, errors: dict[str, str], of: str) -> str:
    found = contacts.whole(house(), me(), ref)
    if found is None:
        abort(404)
    return render_template(
        "desk/contact.html", section="log", found=found, contact=found.contact, kinds=contacts.KINDS, errors=errors,
        error=bool(errors), of=of, words=request.form.get("words", ""),
    )  # fmt: skip


def _form(given: dict[str, str], weeks: list[int], errors: dict[str, str]) -> str:
    return render_template(
        "desk/log_new.html", section="log", given=given, weeks=[str(week) for week in weeks], errors=errors,
        error=bool(errors), kinds=contacts.KINDS, all_weeks=contacts.WEEKS, form_id=secrets.token_urlsafe(18),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
