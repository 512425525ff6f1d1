"""The directory at the desk: the list with what is due, one entry with its history, and the form that changes it."""

from collections.abc import Callable
from typing import Final

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.browsing import need_groups
from bot.publishing import entries, merging
from bot.publishing.entries import PRIVATE, ChangedSince, EntryPage, NoSuchEntry
from bot.web.desk import entry_words as ew
from bot.web.desk.guard import me, needs, pages
from bot.web.desk.inbox import HIGHEST_ID, page_number
from bot.web.here import house
from directory.changes import told
from directory.service import ACCEPTING
from directory.written import FIELDS, NotSo, cells_of

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
    return _form(found, _cells(found), {})


@pages.post("/directory/edit")
@needs("directory.edit")
def edited_entry() -> Answer:
    found = _asked(request.form.get("id", ""))
    given = {name: request.form.get(name, "").strip() for name in (*FIELDS, *PRIVATE)}
    given["needs"] = "; ".join(request.form.getlist("needs"))
    service_id, seen = found.line.service.id, request.form.get("seen", "")
    try:
        changed = entries.edit(
            house(), me(), service_id, given, needs=_need_names(), seen=seen,
            checked=request.form.get("checked") == "yes",
        )  # fmt: skip
    except NotSo as fault:
        return _form(found, given, fault.faults, seen=seen), 400
    except ChangedSince:
        # What they typed stays, beside what the entry says now: kept again, it is what they want of that.
        found = _asked(service_id)
        now = _cells(found)
        return _form(found, given, {}, stands={name: now[name] for name in now if given[name] != now[name]}), 409
    return redirect(url_for("desk.entry", id=service_id, done="edited" if changed else "same"), 303)


def _entry(found: EntryPage, *, late: bool = False) -> str:
    done = request.args.get("done", "")
    return render_template(
        "desk/entry.html", section="directory", found=found, cells=cells_of(found.line.service), late=late,
        done=ew.ENTRY_DONE.get(done, ""), labels=ew.ENTRY_FIELDS, need_names=_need_names(),
        merged=merging.merged_into(house(), found.line.service.id),
        told=[one for one in told(found.line.service) if one.field not in {*FIELDS, "organisation", "assured_on"}],
    )  # fmt: skip


def _form(
    found: EntryPage, given: dict[str, str], faults: dict[str, str], *, stands: dict[str, str] | None = None,
    seen: str = "",
) -> str:  # fmt: skip
    """`stands`: somebody changed the entry meanwhile, and this is what it says of each field where it differs. `seen`:
    what the form was made of, where another than what is found."""
    return render_template(
        "desk/entry_edit.html", section="directory", found=found, given=given, errors=faults,
        error=bool(faults) or stands is not None, stands=stands, seen=seen or found.seen,
        labels=ew.ENTRY_FIELDS, accepting=ACCEPTING, groups=need_groups(house()), need_names=_need_names(),
        chosen={part.strip() for part in given["needs"].split(";")},
    )  # fmt: skip


def _cells(found: EntryPage) -> dict[str, str]:
    private = {"staff_contact": found.private.staff_contact, "criteria": found.private.criteria}
    return {**cells_of(found.line.service), **private}


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
