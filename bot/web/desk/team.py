"""The team: who has how much, and who is away."""

from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import away
from bot.clock import local_date
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import HIGHEST_ID
from bot.web.here import house


@pages.get("/team")
@needs("team.away")
def team() -> str:
    return _page({}, {}, done=request.args.get("done", ""))


@pages.post("/team/away")
@needs("team.away")
def tell_away() -> Response | tuple[str, int]:
    """`who`, a colleague's number; `from` and `until`, local days, both included."""
    given = {name: request.form.get(name, "").strip() for name in ("who", "from", "until")}
    errors: dict[str, str] = {}
    days: dict[str, date] = {}
    for name in ("from", "until"):
        try:
            days[name] = date.fromisoformat(given[name])
        except ValueError:
            errors[name] = "Give a day, such as 2026-11-23."
    who = int(given["who"]) if given["who"].isascii() and given["who"].isdigit() else 0
    if not errors:
        try:
            away.tell(
                house(), me(), staff_id=min(who, HIGHEST_ID), from_on=days["from"], until_on=days["until"]
            )  # fmt: skip
            return redirect(url_for("desk.team", done="away"), 303)
        except away.NotSo as fault:
            errors[fault.field] = str(fault)
    return _page(given, errors), 400


@pages.post("/team/away/<int:absence_id>/back")
@needs("team.away")
def tell_back(absence_id: int) -> Response | tuple[str, int]:
    try:
        if absence_id <= HIGHEST_ID:
            away.back(house(), me(), absence_id)
    except away.NotSo as fault:
        return _page({}, {fault.field: str(fault)}), 400
    return redirect(url_for("desk.team", done="back"), 303)


def _page(given: dict[str, str], errors: dict[str, str], *, done: str = "") -> str:
    return render_template(
        "desk/team.html", section="team", team=away.whole_team(house(), me()), given=given, errors=errors,
        error=bool(errors), done=done, me_id=me().staff.id, today=local_date(house().clock.now()),
    )  # fmt: skip
