"""Who may see a restricted case: its own page, for managers who may see it."""

from collections.abc import Callable
from typing import Final

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import restricting
from bot.casework.work import Form, NotYet, Stale
from bot.refs import read_ref
from bot.web.desk import case as cases
from bot.web.desk.guard import me, needs, pages
from bot.web.here import house

Answer = Response | tuple[str, int] | str
STALE: Final = "This case has changed since you opened the page. Look at what stands now, and send it again if it fits."
HIGHEST_ID: Final = 2**31 - 1


@pages.get("/cases/<ref>/restriction")
@needs("cases.restrict")
def restriction(ref: str) -> Answer:
    return _page(read_ref(ref) or abort(404))


@pages.post("/cases/<ref>/restrict")
@needs("cases.restrict")
def restrict(ref: str) -> Answer:
    """`why` is one of restricting.WHY, `names` the numbers of colleagues."""
    form, names = cases.form_of(ref), {_number(one) for one in request.form.getlist("names")}
    return _do(form, "why", lambda: restricting.restrict(house(), form, why=request.form.get("why", ""), names=names))


@pages.post("/cases/<ref>/name")
@needs("cases.restrict")
def name_for_case(ref: str) -> Answer:
    form, who = cases.form_of(ref), _number(request.form.get("who", ""))
    return _do(form, "who", lambda: restricting.name(house(), form, who))


@pages.post("/cases/<ref>/unname")
@needs("cases.restrict")
def unname_for_case(ref: str) -> Answer:
    form, who = cases.form_of(ref), _number(request.form.get("who", ""))
    return _do(form, "names", lambda: restricting.unname(house(), form, who))


@pages.post("/cases/<ref>/lift")
@needs("cases.restrict")
def lift(ref: str) -> Answer:
    form, words = cases.form_of(ref), request.form.get("words", "")
    return _do(form, "words", lambda: restricting.lift(house(), form, words))


@pages.post("/cases/<ref>/let-stand")
@needs("cases.read")
def let_stand(ref: str) -> Answer:
    """Whoever is named has seen who opened the case; a second form finds it done."""
    form = cases.form_of(ref)
    try:
        restricting.let_stand(house(), form)
    except (Stale, NotYet):
        return redirect(url_for("desk.case", ref=form.ref), 303)
    return redirect(url_for("desk.case", ref=form.ref, done="glass-seen"), 303)


def _do(form: Form, field: str, act: Callable[[], None]) -> Answer:
    try:
        act()
    except NotYet as fault:
        return _page(form.ref, {field: str(fault)}), 400
    except Stale:
        return _page(form.ref, {"stale": STALE}), 409
    return redirect(url_for("desk.restriction", ref=form.ref, done="yes"), 303)


def _page(ref: str, errors: dict[str, str] | None = None) -> str:
    found, choices = restricting.standing_of(house(), ref, me())
    return render_template(
        "desk/restriction.html", section="inbox", found=found, choices=choices, errors=errors or {},
        error=bool(errors), why=restricting.WHY, case=restricting.look(house(), ref, me()), me_id=me().staff.id,
        done=request.args.get("done") == "yes", given=request.form, form_id=cases.form_id,
    )  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= HIGHEST_ID else 0
