"""The directory at the desk: the list with what is due, one entry with its history, and the form that changes it."""

from collections.abc import Callable
from typing import Final

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.browsing import need_groups
from bot.clock import local_date
from bot.publishing import entries
from bot.publishing.entries import ChangedSince, EntryPage, NoSuchEntry, Private
from bot.web.desk import entry_words as ew
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import HIGHEST_ID, page_number
from bot.web.here import house
from directory.changes import told
from directory.service import ACCEPTING
from directory.written import FIELDS, NotSo, cells_of, written

Answer = Response | tuple[str, int] | str
MOST_ID: Final = 80  # letters of a service's id, as the database keeps them


@pages.get("/directory")
@needs("directory.read")
def directory() -> str:
    """`show`: due, all, missing or off; `q`: words of the name or the organisation."""
    asked = request.args.get("show", "due")
    show = next((name for name in entries.SHOW if name == asked), entries.SHOW[0])
    found = entries.listed(house(), me(), show, request.args.get("q", "").strip()[:100], page_number())
    return render_template("desk/directory.html", section="directory", found=found, tabs=ew.ENTRIES)


@pages.get("/directory/entry")
@needs("directory.read")
def entry() -> str:
    """`id`: a service's own, whatever letters its source made it of."""
    return _entry(_asked(request.args.get("id", "")))


@pages.post("/directory/entry")
@needs("directory.edit")
def change_entry() -> Answer:
    """`act`: checked, off, on, or undo with `change`."""
    service_id, act, seen = _id(request.form.get("id", "")), request.form.get("act", ""), request.form.get("seen", "")
    number = request.form.get("change", "")
    acts: dict[str, Callable[[], object]] = {
        "checked": lambda: entries.checked(house(), me(), service_id, seen=seen),
        "off": lambda: entries.take_off(house(), me(), service_id, seen=seen, off=True),
        "on": lambda: entries.take_off(house(), me(), service_id, seen=seen, off=False),
        "undo": lambda: entries.undo(house(), me(), service_id, _number(number), seen=seen),
    }
    if act not in acts:
        abort(404)
    try:
        acts[act]()
    except NoSuchEntry:
        abort(404)
    except ChangedSince:
        return _entry(_asked(service_id), late=True), 409
    return redirect(url_for("desk.entry", id=service_id, done=act), 303)


@pages.get("/directory/edit")
@needs("directory.edit")
def edit_entry() -> str:
    found = _asked(request.args.get("id", ""))
    return _form(found, {**cells_of(found.line.service), **_private(found)}, {})


@pages.post("/directory/edit")
@needs("directory.edit")
def edited_entry() -> Answer:
    found = _asked(request.form.get("id", ""))
    given = {name: request.form.get(name, "").strip() for name in (*FIELDS, "staff_contact", "criteria")}
    given["needs"] = "; ".join(request.form.getlist("needs"))
    try:
        service = written(found.line.service, given, needs=_need_ids(), on=local_date(house().clock.now()))
    except NotSo as fault:
        return _form(found, given, fault.faults), 400
    private = Private(staff_contact=given["staff_contact"][:2000], criteria=given["criteria"][:2000])
    try:
        changed = entries.edit(
            house(), me(), service, private, seen=request.form.get("seen", ""),
            checked=request.form.get("checked") == "yes",
        )  # fmt: skip
    except ChangedSince:
        return _form(found, given, {"name": "Somebody changed this entry meanwhile. Look at it again first."}), 409
    return redirect(url_for("desk.entry", id=service.id, done="edited" if changed else "same"), 303)


def _entry(found: EntryPage, *, late: bool = False) -> str:
    done = request.args.get("done", "")
    return render_template(
        "desk/entry.html", section="directory", found=found, cells=cells_of(found.line.service), late=late,
        done=ew.ENTRY_DONE.get(done, ""), labels=ew.ENTRY_FIELDS, need_names=_need_names(),
        told=[one for one in told(found.line.service) if one.field not in {*FIELDS, "organisation", "assured_on"}],
    )  # fmt: skip


def _form(found: EntryPage, given: dict[str, str], faults: dict[str, str]) -> str:
    return render_template(
        "desk/entry_edit.html", section="directory", found=found, given=given, errors=faults, error=bool(faults),
        labels=ew.ENTRY_FIELDS, accepting=ACCEPTING, groups=need_groups(house()),
        chosen={part.strip() for part in given["needs"].split(";")},
    )  # fmt: skip


def _private(found: EntryPage) -> dict[str, str]:
    return {"staff_contact": found.private.staff_contact, "criteria": found.private.criteria}


def _asked(service_id: str) -> EntryPage:
    try:
        return entries.look(house(), me(), _id(service_id))
    except NoSuchEntry:
        abort(404)


def _id(text: str) -> str:
    return text if 0 < len(text) <= MOST_ID and text.isprintable() else abort(404)


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0
    return number if 0 < number <= HIGHEST_ID else abort(404)


def _need_names() -> dict[str, str]:
    return {need.id: need.label for group in need_groups(house()) for need in group.needs}


def _need_ids() -> frozenset[str]:
    return frozenset(_need_names())
