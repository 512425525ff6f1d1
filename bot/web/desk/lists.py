"""The plain lists: check-ins with no reply, the ledger, the audit."""

from datetime import date, datetime, timedelta

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import auditing
from bot.casework import inbox as lists
from bot.clock import midnight
from bot.refs import read_ref
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import HIGHEST_ID, page_number
from bot.web.desk.person import telephone
from bot.web.desk.words import OUTCOMES_OF_TOUCHES
from bot.web.here import house


@pages.get("/no-replies")
@needs("list.read")
def no_replies() -> str:
    return render_template(
        "desk/no_replies.html", section="no-replies", listed=lists.no_replies(house(), me(), page=page_number()),
        telephone=telephone, done=request.args.get("done") == "off",
    )  # fmt: skip


@pages.post("/no-replies/<int:touch_id>/off")
@needs("list.take-off")
def take_off(touch_id: int) -> Response:
    """`how`: telephoned, no-answer (telephoned, and nobody was there) or seen."""
    how: lists.Done = next((done for done in lists.DONE if done == request.form.get("how")), "seen")
    if touch_id <= HIGHEST_ID:
        lists.take_off(house(), me(), touch_id, how)
    return redirect(url_for("desk.no_replies", done="off"), 303)


@pages.get("/ledger")
@needs("ledger.read")
def ledger() -> tuple[str, int] | str:
    """Filters: `person`, a reference, and `household` for all who live with them; `since`, a date in London, that day
    included; `week`, any day of it; `outcome`; `programme`."""
    names = ("person", "household", "since", "week", "outcome", "programme")
    asked = {name: request.args.get(name, "").strip() for name in names}
    errors: dict[str, str] = {}
    person_ref = read_ref(asked["person"]) if asked["person"] else None
    if asked["person"] and person_ref is None:
        errors["person"] = "A reference has eight letters and digits. Check it for a slip."
    since, week = _since(asked["since"]), _since(asked["week"])
    for name, read in (("since", since), ("week", week)):
        if asked[name] and read is None:
            errors[name] = "Give a date such as 2026-11-23."
    found = None
    if not errors:
        until = None
        if week is not None:
            monday = week.date() - timedelta(days=week.weekday())
            since = _since(monday.isoformat())
            until = _since((monday + timedelta(days=7)).isoformat())
        outcome = asked["outcome"] if asked["outcome"] in OUTCOMES_OF_TOUCHES else None
        which = lists.LedgerAsk(
            person_ref=person_ref, household=bool(asked["household"]), since=since, until=until, outcome=outcome,
            programme=asked["programme"] or None,
        )  # fmt: skip
        try:
            found = lists.ledger(house(), me(), which, page=page_number())
        except lists.NoSuchPerson:
            errors["person"] = "Nobody here has this reference."
    page = render_template(
        "desk/ledger.html", section="ledger", ledger=found, asked=asked, errors=errors, error=bool(errors)
    )
    return (page, 400) if errors else page


def _since(text: str) -> datetime | None:
    """The first instant of a local day; None where the text is no date."""
    try:
        return midnight(date.fromisoformat(text))
    except ValueError:
        return None


@pages.get("/audit")
@needs("audit.read")
def audit() -> tuple[str, int] | str:
    """Who saw and did what. `ref` narrows to one case, person or contact of the log."""
    asked = request.args.get("ref", "").strip()
    ref = read_ref(asked) if asked else None
    errors = {}
    if asked and ref is None:
        errors = {"ref": "A reference has eight letters and digits. Check it for a slip."}
    found = None if errors else lists.audit(house(), me(), ref=ref, page=page_number())
    page = render_template(
        "desk/audit.html", section="audit", found=found, asked=asked, errors=errors, error=bool(errors),
        seals=auditing.state(house()),
    )  # fmt: skip
    return (page, 400) if errors else page


@pages.post("/audit/check")
@needs("audit.read")
def check_audit() -> str:
    """Every seal compared with its rows. It shows what it found, and the audit keeps that it was asked."""
    seals = auditing.check_all(house(), me())
    return render_template("desk/audit_check.html", section="audit", seals=seals)
