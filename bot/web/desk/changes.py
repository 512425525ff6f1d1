"""What has changed in a family's life, told at the desk: what is planned follows from it at once."""

from datetime import date
from typing import Final

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import timeline
from bot.clock import local_date
from bot.people import correcting
from bot.people.changes import Fact, NotSo, tell
from bot.refs import read_ref
from bot.web.desk.guard import me, needs, pages
from bot.web.here import house
from scheduler.changes import CHANGES, Change
from scheduler.schoolyear import BirthMonth

FIELDS: Final = ("change", "child", "on", "born", "programme", "event_on")


@pages.get("/people/<ref>/tell")
@needs("people.tell")
def tell_of(ref: str) -> str:
    return _page(read_ref(ref) or abort(404), {"on": local_date(house().clock.now()).isoformat()}, {})


@pages.post("/people/<ref>/tell")
@needs("people.tell")
def told_of(ref: str) -> Response | tuple[str, int]:
    """Told twice it changes nothing more, so a form that comes twice is no harm."""
    known = read_ref(ref) or abort(404)
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    errors: dict[str, str] = {}
    fact = _read(known, given, errors)
    if fact is not None:
        try:
            tell(house(), fact, by=me().staff.name, staff_id=me().staff.id)
            return redirect(url_for("desk.person", ref=known, done="told"), 303)
        except NotSo as fault:
            if fault.field == "ref":
                abort(404)
            errors[fault.field] = str(fault)
    return _page(known, given, errors), 400


def _read(ref: str, given: dict[str, str], errors: dict[str, str]) -> Fact | None:
    """The fact, or None with every fault of the form."""
    change = next((name for name in CHANGES if name == given["change"]), None)
    if change is None:
        errors["change"] = "Choose what has changed."
    on = born = event_on = None
    try:
        on = date.fromisoformat(given["on"])
    except ValueError:
        errors["on"] = "Give the day, such as 2026-11-23."
    if change is not None and CHANGES[change].moves:
        try:
            born = BirthMonth.read(given["born"])
        except ValueError:
            errors["born"] = "Give the right month of birth, such as 2022-03."
    of_event = change is not None and CHANGES[change].of_event
    if of_event:
        try:
            event_on = date.fromisoformat(given["event_on"])
        except ValueError:
            errors["event_on"] = "Give the right day, such as 2026-11-23."
    if change is None or on is None or errors:
        return None
    child = given["child"] if CHANGES[change].of_child or _about_a_child(change) else ""
    return Fact(
        change=change, ref=ref, on=on, child=child or None, born=born, event_on=event_on,
        programme=given["programme"] if of_event else None,
    )  # fmt: skip


def _about_a_child(change: Change) -> bool:
    """It may be of one child, and then only that child's programmes end."""
    return CHANGES[change].ends == "named"


def _page(ref: str, given: dict[str, str], errors: dict[str, str]) -> str:
    found = timeline.of_person(house(), ref, me())
    if found is None or found.person is None:
        abort(404)
    return render_template(
        "desk/tell.html", section="inbox", person=found.person, given=given, errors=errors, error=bool(errors),
        children=[member for member in found.household if member.child], changes=CHANGES,
        standing=correcting.standing(house(), ref),
    )  # fmt: skip
