"""Acknowledging an alert, and who is told: the people of the ladder with their numbers and emails."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.alerts import answering, people
from bot.refs import read_ref
from bot.web.desk.guard import me, needs, pages
from bot.web.here import house


@pages.post("/cases/<ref>/acknowledge")
@needs("alerts.acknowledge")
def acknowledge(ref: str) -> Response:
    """One of the team has the case: nobody more is told of it. Opening the case does not do this."""
    known = read_ref(ref) or abort(404)
    answering.acknowledge(house(), known, me())
    return redirect(url_for("desk.case", ref=known, done="acknowledged"), 303)


@pages.get("/told")
@needs("contacts.manage")
def told() -> str:
    return _page()


@pages.post("/told")
@needs("contacts.manage")
def change_told() -> Response | tuple[str, int]:
    """One person's number and email; both empty: they are reached by neither, and the ladder passes on at once."""
    role, phone, email = (request.form.get(name, "") for name in ("role", "phone", "email"))
    try:
        if not people.change(house(), me(), role, phone=phone, email=email):
            abort(404)
    except people.ContactFault as fault:
        return _page(role=role, given={"phone": phone, "email": email}, errors=dict(fault.faults)), 400
    return redirect(url_for("desk.told", done="contact"), 303)


def _page(*, role: str = "", given: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "desk/told.html", section="told", ladder=people.who_is_told(house(), me()), role=role, given=given or {},
        errors=errors or {}, error=bool(errors), done=request.args.get("done") == "contact",
        longest=people.LONGEST,
    )  # fmt: skip
