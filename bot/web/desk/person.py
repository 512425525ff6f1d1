"""A person's page: who they are, how to reach them, what was said, what is planned."""

from datetime import date

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import alike, timeline
from bot.casework.permissions import may
from bot.clock import local_date
from bot.refs import read_ref
from bot.web.desk.chart import chart
from bot.web.desk.guard import me, needs, pages
from bot.web.here import house
from messages.addresses import for_reading


@pages.get("/people/<ref>")
@needs("people.read")
def person(ref: str) -> Response | str:
    """The reference of a record that was merged leads to the one that is kept."""
    known = read_ref(ref)
    found = timeline.of_person(house(), known, me()) if known else None
    if found is None or found.person is None:
        abort(404)
    if found.person.ref != known:
        return redirect(url_for("desk.person", ref=found.person.ref), 303)
    today = local_date(house().clock.now())
    return render_template(
        "desk/person.html",
        section="inbox",
        person=found.person,
        timeline=found,
        telephones={a.id: telephone(a.value) for a in found.addresses if a.kind == "sms"},
        household=[(member, age_on(member.born, today)) for member in found.household if member.id != found.person.id],
        chart=chart(found.scores),
        done=request.args.get("done", ""),
        alike=alike.likely(house(), found.person, me()) if may(me().staff.role, "people.merge") else (),
        merged=found.merged,
    )


def telephone(number: str) -> tuple[str, str]:
    """A number as a link takes it, and as people read it aloud: ("+447700900123", "07700 900123")."""
    return number, for_reading(number)


def age_on(born: str | None, today: date) -> str | None:
    """An age from a month of birth (YYYY-MM): months below two years, then years; None where it is not known."""
    if not born or len(born) != 7:
        return None
    months = (today.year - int(born[:4])) * 12 + today.month - int(born[5:])
    if months < 0:
        return "not born yet"
    return f"{months} months" if months < 24 else f"{months // 12} years"
