"""Two records of one person: side by side, made one, and taken apart again."""

import secrets

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework import alike, merging, parting
from bot.casework.merging import Given, NoSuchPerson, NotSo, Stale
from bot.refs import read_ref
from bot.web.desk import case as cases
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.person import telephone
from bot.web.desk.words import FACTS
from bot.web.here import house

Answer = Response | tuple[str, int] | str
NO_REFERENCE = "A reference has eight letters and digits. Check it for a slip."
STALE = "One of the records has changed since you opened the page. Look at both again, and send it if it still fits."
PARTED = "Somebody has merged or taken apart records of this person since. Look at what stands now."


@pages.get("/people/<ref>/merge")
@needs("people.merge")
def merge_of(ref: str) -> Answer:
    """`other`: the reference of the record to lay beside this one; without it, which may be of the same person."""
    known, typed = read_ref(ref) or abort(404), request.args.get("other", "").strip()
    if not typed:
        return _choose(known, "", "")
    other = read_ref(typed)
    if other is None:
        return _choose(known, typed, NO_REFERENCE), 400
    return _beside(known, other, {})


@pages.post("/people/<ref>/merge")
@needs("people.merge")
def merge_people(ref: str) -> Answer:
    """`fact-...` is "other" where that record's stays; `stamp` how the page showed both."""
    known, form = read_ref(ref) or abort(404), request.form
    other = read_ref(form.get("other", ""))
    if other is None:
        return _choose(known, form.get("other", ""), NO_REFERENCE), 400
    given = Given(
        ref=known, other=other, facts={name: form.get(f"fact-{name}", "") for name in FACTS},
        why=form.get("why", ""), stamp=form.get("stamp", ""), form_id=_form_id(), by=me(),
    )  # fmt: skip
    try:
        kept = merging.merge(house(), given)
    except NoSuchPerson:
        abort(404)
    except NotSo as fault:
        page = _beside(known, other, {fault.field: str(fault)})
        return page if isinstance(page, tuple) else (page, 400)
    except Stale:
        page = _beside(known, other, {"stale": STALE})
        return page if isinstance(page, tuple) else (page, 409)
    return redirect(url_for("desk.person", ref=kept, done="merged"), 303)


@pages.get("/people/<ref>/unmerge")
@needs("people.merge")
def parting_of(ref: str) -> Answer:
    return _parting(read_ref(ref) or abort(404), {})


@pages.post("/people/<ref>/unmerge")
@needs("people.merge")
def part_people(ref: str) -> Answer:
    """`came-...` says of what came since whose it is: "kept" or "away"."""
    known, form = read_ref(ref) or abort(404), request.form
    merge = form.get("merge", "")
    asked = {name.removeprefix("came-"): value for name, value in form.items() if name.startswith("came-")}
    number = int(merge) if merge.isascii() and merge.isdigit() and len(merge) < 10 else 0
    try:
        parting.part(house(), known, number, asked, me())
    except NoSuchPerson:
        abort(404)
    except NotSo as fault:
        return _parting(known, {fault.field: str(fault)}), 400
    except Stale:
        return _parting(known, {"stale": PARTED}), 409
    return redirect(url_for("desk.person", ref=known, done="parted"), 303)


def _choose(ref: str, typed: str, error: str) -> str:
    try:
        person = merging.person_of(house(), ref, me())
    except NoSuchPerson:
        abort(404)
    return render_template(
        "desk/merge.html", section="search", person=person, typed=typed[:20], error=error,
        likely=alike.likely(house(), person, me()),
    )  # fmt: skip


def _beside(ref: str, other: str, errors: dict[str, str]) -> tuple[str, int] | str:
    try:
        found = merging.beside(house(), ref, other, me())
    except NoSuchPerson:
        abort(404)
    except NotSo as fault:
        return _choose(ref, other, str(fault)), 400
    return render_template(
        "desk/merge_beside.html", section="search", found=found, errors=errors, error=bool(errors), given=request.form,
        form_id=cases.form_id, telephone=telephone,
    )  # fmt: skip


def _parting(ref: str, errors: dict[str, str]) -> str:
    try:
        person, found = parting.look(house(), ref, me())
    except NoSuchPerson:
        abort(404)
    return render_template(
        "desk/unmerge.html", section="search", person=person, found=found, errors=errors, error=bool(errors),
        given=request.form, telephone=telephone,
    )  # fmt: skip


def _form_id() -> str:
    told = request.form.get("form_id", "")
    return told if cases.FORM_ID.fullmatch(told) else secrets.token_urlsafe(18)
