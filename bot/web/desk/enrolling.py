"""Enrolling families at the desk: a sheet, looked through before anybody is enrolled by it, or one person by form."""

from typing import Final

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.casework.permissions import may
from bot.content import ContentFaults
from bot.people import person_form, uploads
from bot.people.uploads import NoSuchUpload, TooLate
from bot.refs import read_ref
from bot.web.desk import words
from bot.web.desk.guard import me, needs, pages, who_sits_here
from bot.web.desk.inbox import HIGHEST_ID, page_number
from bot.web.desk.person import telephone
from bot.web.here import house
from bot.web.security import takes_files
from scheduler.enrolment_sheet import COLUMNS, SheetError

Answer = Response | tuple[str, int] | str
REFUSED_SHOWN: Final = 500  # rows on one page; all of them can be kept as a file
FORM_BYTES: Final = 64 * 1024  # of what stands beside the file
RELATIONS: Final = ("mother", "father", "carer", "grandparent", "young person")


def _room() -> int | None:
    """How large a body may be. Only who may enrol can fill our memory with a file."""
    found = who_sits_here(busy=False)
    return uploads.MOST_BYTES + FORM_BYTES if found and may(found.staff.role, "people.enrol") else None


@pages.get("/enrol")
@needs("people.enrol")
def enrol() -> str:
    uploads.looked(house(), me(), "enrol")
    return _front()


def _front(errors: dict[str, str] | None = None, mapping_faults: list[str] | None = None) -> str:
    return render_template(
        "desk/enrol.html", section="enrol", uploads=uploads.recent(house()), errors=errors or {}, error=bool(errors),
        mapping_faults=mapping_faults or [], waiting=person_form.to_telephone(house(), page_number(), by=me()),
        telephone=telephone, titles=person_form.programmes(house()), columns=COLUMNS,
        done=request.args.get("done", ""), most_mb=uploads.MOST_BYTES // 2**20,
    )  # fmt: skip


@pages.post("/enrol/sheets")
@needs("people.enrol")
@takes_files(_room)
def send_sheet() -> Answer:
    sheet, mapping = request.files.get("sheet"), request.files.get("mapping")
    if sheet is None or not sheet.filename:
        return _front({"sheet": "Choose a file"}), 400
    theirs = None
    if mapping is not None and mapping.filename:
        theirs = mapping.filename, mapping.read(FORM_BYTES).decode("utf-8", "replace")
    try:
        ref = uploads.send(house(), me(), name=sheet.filename, data=sheet.read(), mapping=theirs)
    except SheetError as fault:
        return _front({"sheet": f"The file cannot be read: {fault}"}), 400
    except ContentFaults as faults:
        return _front({"mapping": "The mapping has faults"}, [str(fault) for fault in faults.faults]), 400
    return redirect(url_for("desk.sheet", ref=ref), 303)


@pages.get("/enrol/sheets/<ref>")
@needs("people.enrol")
def sheet(ref: str) -> Answer:
    seen = _seen(ref)
    return render_template(
        "desk/sheet.html", section="enrol", seen=seen, upload=seen.upload, shown=seen.refused[:REFUSED_SHOWN],
        busy=seen.upload.state in {"checking", "taking"}, late=request.args.get("late") == "yes",
    )  # fmt: skip


@pages.post("/enrol/sheets/<ref>/<act>")
@needs("people.enrol")
def settle_sheet(ref: str, act: str) -> Response:
    known = read_ref(ref) or abort(404)
    try:
        if act == "take":
            uploads.confirm(house(), me(), known)
        elif act == "drop":
            uploads.drop(house(), me(), known)
            return redirect(url_for("desk.enrol", done="dropped"), 303)
        else:
            abort(404)
    except NoSuchUpload:
        abort(404)
    except TooLate:
        return redirect(url_for("desk.sheet", ref=known, late="yes"), 303)
    return redirect(url_for("desk.sheet", ref=known), 303)


@pages.get("/enrol/sheets/<ref>/refused.csv")
@needs("people.enrol")
def refused_rows(ref: str) -> Response:
    """Every refused row as a file: the line, the reference and the reasons."""
    rows = [f"{one.line},{_cell(one.reference)},{_cell('; '.join(one.reasons))}" for one in _seen(ref).refused]
    lines = ["line,reference,reasons", *rows]
    headers = {"Content-Disposition": f'attachment; filename="refused-{ref}.csv"'}
    return Response("\r\n".join(lines) + "\r\n", headers=headers, mimetype="text/csv")


def _cell(text: str) -> str:
    """Quoted; what a spreadsheet would take for a formula is not one."""
    safe = f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text
    return '"' + safe.replace('"', '""') + '"'


@pages.get("/enrol/person")
@needs("people.enrol")
def person_form_page() -> str:
    uploads.looked(house(), me(), "person")
    return _form({"told_by": me().staff.name}, {})


@pages.post("/enrol/person")
@needs("people.enrol")
def enter_person() -> Answer:
    cells = {name: request.form.get(name, "") for name in person_form.FIELDS}
    entered = person_form.enter(house(), me(), cells)
    if entered.ref is None:
        return _form(cells, {name: _plain(name, told) for name, told in entered.faults.items()}), 400
    done = "telephone" if entered.to_telephone else entered.outcome
    return redirect(url_for("desk.enrol", done=done), 303)


@pages.post("/enrol/confirmed/<int:enrolment_id>")
@needs("people.enrol")
def number_confirmed(enrolment_id: int) -> Response:
    done = enrolment_id <= HIGHEST_ID and person_form.confirmed(house(), me(), enrolment_id)
    return redirect(url_for("desk.enrol", done="confirmed" if done else ""), 303)


def _form(cells: dict[str, str], faults: dict[str, str]) -> str:
    return render_template(
        "desk/enrol_person.html", section="enrol", cells=cells, errors=faults, error=bool(faults),
        titles=person_form.programmes(house()), services=person_form.services(house()), relations=RELATIONS,
    )  # fmt: skip


def _plain(name: str, reason: str) -> str:
    """A sheet's reason as a form says it: beside its field, the column's name is said already."""
    if reason.startswith("no ") and name in words.NEEDED:
        return words.NEEDED[name]
    told = reason.partition(": ")[2] or reason
    return told[:1].upper() + told[1:]


def _seen(ref: str) -> uploads.Seen:
    try:
        seen = uploads.look(house(), read_ref(ref) or abort(404))
    except NoSuchUpload:
        abort(404)
    uploads.looked(house(), me(), seen.upload.ref)
    return seen
