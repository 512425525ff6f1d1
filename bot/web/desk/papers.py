"""A case as a Word document, and as a row for the case system; many cases as a sheet, after the password again."""

from datetime import timedelta
from typing import Final

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import accounts, case_sheet, paper
from bot.casework.case_sheet import Sheet, TooMany
from bot.casework.paper import WHICH, Which
from bot.casework.word_file import MEDIA_TYPE
from bot.clock import local_date
from bot.content.papers import FIELDS
from bot.refs import read_ref
from bot.web.desk.guard import keep_signed_in, me, needs, pages
from bot.web.desk.proving import asks, prove
from bot.web.here import house

CSV: Final = "text/csv; charset=utf-8"
KINDS: Final = {"referral": "Referrals", "escalation": "Escalations", "request": "Requests"}
LONGEST_SPAN: Final = timedelta(days=366)


def _paper(which: Which) -> None:
    """The address of one document."""

    @pages.get(f"/cases/<ref>/documents/{which}", endpoint=f"document_{which}")
    @needs("cases.document")
    def document(ref: str) -> Response:
        made = paper.make(house(), _known(ref), which, me())
        return _file(made.body, MEDIA_TYPE, made.name)


for _which in WHICH:
    _paper(_which)


@pages.get("/cases/<ref>/case-system.csv")
@needs("cases.document")
def case_row(ref: str) -> Response:
    known = _known(ref)
    return _file(case_sheet.of_case(house(), known, me()).body, CSV, f"case-{known}.csv")


@pages.get("/case-system")
@needs("cases.export")
def case_system() -> str:
    return _page({}, {})


@pages.post("/case-system/confirm")
@needs("cases.export")
def confirm_case_system() -> AnyResponse | tuple[str, int]:
    if not request.form.get("password", ""):
        return _page({}, {"password": "Enter your password."}), 400
    try:
        signed_in = prove()
    except accounts.Refused as fault:
        return _page({}, {"password": str(fault)}), 429 if isinstance(fault, accounts.TooManyTries) else 401
    return keep_signed_in(redirect(url_for("desk.case_system"), 303), signed_in)


@pages.post("/case-system/sheet")
@needs("cases.export")
def case_system_sheet() -> AnyResponse | tuple[str, int]:
    """`kind`, and the days `since` and `until`, both included."""
    if not accounts.confirmed(me(), house().clock.now()):
        return redirect(url_for("desk.case_system", done="again"), 303)
    given = {name: request.form.get(name, "").strip() for name in ("kind", "since", "until")}
    days = {name: case_sheet.read_day(given[name]) for name in ("since", "until")}
    first, last = days["since"], days["until"]
    errors = {name: "Enter a day, such as 2026-11-23." for name, on in days.items() if on is None}
    if given["kind"] not in KINDS:
        errors["kind"] = "Choose which cases."
    if first is not None and last is not None and not timedelta() <= last - first < LONGEST_SPAN:
        errors["until"] = "Choose a day from the first on, at most a year after it."
    if errors or first is None or last is None:
        return _page(given, errors), 400
    try:
        sheet: Sheet = case_sheet.of_days(house(), first, last, kind=given["kind"], by=me())
    except TooMany as fault:
        return _page(given, {"until": str(fault)}), 400
    return _file(sheet.body, CSV, f"cases-{first.isoformat()}-{last.isoformat()}.csv")


def _known(ref: str) -> str:
    return read_ref(ref) or abort(404)


def _file(body: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers)


def _page(given: dict[str, str], errors: dict[str, str]) -> str:
    now = house().clock.now()
    today = local_date(now)
    last_week = today - timedelta(days=today.weekday() + 7)
    usual = {
        "kind": "referral", "since": last_week.isoformat(), "until": (last_week + timedelta(days=6)).isoformat(),
    }  # fmt: skip
    return render_template(
        "desk/case_system.html", section="case-system", given={**usual, **given}, errors=errors, error=bool(errors),
        kinds=KINDS, mapping=case_sheet.looked(house(), me()), confirmed=accounts.confirmed(me(), now),
        minutes=int(accounts.CONFIRMED_FOR.total_seconds() // 60), again=request.args.get("done") == "again",
        fields=FIELDS, **asks(),
    )  # fmt: skip
