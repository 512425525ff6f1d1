"""What is held of one person, for them to have or to have erased: after they proved again who they are, by managers."""

import json
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import accounts
from bot.people import counted, erasing, exporting, holds, readable, rights
from bot.people.erasing import Forbidden
from bot.people.subject import NoSuchSubject
from bot.refs import read_ref
from bot.web.desk.guard import keep_signed_in, me, needs, pages
from bot.web.desk.proving import asks, prove
from bot.web.here import house

P = ParamSpec("P")
LONGEST_REASON = 500


def confirmed(view: Callable[P, AnyResponse | tuple[str, int]]) -> Callable[P, AnyResponse | tuple[str, int]]:
    """A form of the page that does nothing unless they proved again who they are within the last minutes."""

    @wraps(view)
    def asked(*args: P.args, **kwargs: P.kwargs) -> AnyResponse | tuple[str, int]:
        if not accounts.confirmed(me(), house().clock.now()):
            return redirect(url_for("desk.subject", ref=kwargs["ref"], done="again"), 303)
        return view(*args, **kwargs)

    return asked


@pages.get("/people/<ref>/data")
@needs("people.export")
def subject(ref: str) -> str:
    return _page(_known(ref), {})


@pages.post("/people/<ref>/data/confirm")
@needs("people.export")
def confirm_subject(ref: str) -> AnyResponse | tuple[str, int]:
    known = _known(ref)
    try:
        signed_in = prove()
    except accounts.Refused as fault:
        return _page(known, {"password": str(fault)}), 429 if isinstance(fault, accounts.TooManyTries) else 401
    return keep_signed_in(redirect(url_for("desk.subject", ref=known), 303), signed_in)


@pages.post("/people/<ref>/data/export")
@needs("people.export")
@confirmed
def export_subject(ref: str) -> AnyResponse:
    """As a file: `form` is json, or page for one to read."""
    known, form = _known(ref), "page" if request.form.get("form") == "page" else "json"
    try:
        record = exporting.export(house(), known, by=me().staff.id, form=form)
    except NoSuchSubject:
        abort(404)
    if form == "page":
        return _file(readable.page(record), "text/html; charset=utf-8", f"{known}.html")
    return _file(json.dumps(record, ensure_ascii=False, indent=2), "application/json", f"{known}.json")


def _file(body: str, kind: str, name: str) -> Response:
    return Response(body, headers={"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'})


@pages.post("/people/<ref>/data/erase")
@needs("people.erase")
@confirmed
def erase_subject(ref: str) -> AnyResponse | tuple[str, int]:
    """`sure` is their reference, written out."""
    known = _known(ref)
    if read_ref(request.form.get("sure", "")) != known:
        return _page(known, {"sure": f"Write {known} to say that you mean this person."}), 400
    try:
        gone = erasing.erase(house(), known, by=me().staff.id)
    except NoSuchSubject:
        abort(404)
    except Forbidden:
        return _page(known, {}), 409
    return _gone(known, gone)


def _gone(known: str, gone: dict[str, int]) -> tuple[str, int]:
    rows = [(counted.TABLES.get(name, name), number) for name, number in gone.items()]
    return render_template("desk/erased.html", section="search", ref=known, rows=rows), 200


@pages.post("/people/<ref>/data/hold")
@needs("people.erase")
@confirmed
def hold_subject(ref: str) -> AnyResponse | tuple[str, int]:
    known, why = _known(ref), " ".join(request.form.get("why", "").split())
    if not why or len(why) > LONGEST_REASON:
        return _page(known, {"why": f"Say why, in up to {LONGEST_REASON} characters."}), 400
    try:
        holds.put(house(), request.form.get("of", "") or known, why=why, by=me().staff.id)
    except NoSuchSubject:
        return _page(known, {"of": "Choose the person or one of their cases."}), 400
    return redirect(url_for("desk.subject", ref=known, done="held"), 303)


@pages.post("/people/<ref>/data/release/<int:hold_id>")
@needs("people.erase")
@confirmed
def release_subject(ref: str, hold_id: int) -> AnyResponse:
    known = _known(ref)
    try:
        holds.lift(house(), hold_id, ref=known, by=me().staff.id)
    except NoSuchSubject:
        abort(404)
    return redirect(url_for("desk.subject", ref=known, done="released"), 303)


def _known(ref: str) -> str:
    return read_ref(ref) or abort(404)


def _page(ref: str, errors: dict[str, str]) -> str:
    try:
        found = rights.look(house(), ref, by=me().staff.id)
    except NoSuchSubject:
        abort(404)
    return render_template(
        "desk/subject.html", section="search", found=found, errors=errors, error=bool(errors), ref=ref,
        counts=[(counted.TABLES.get(name, name), number) for name, number in found.rehearsal.rows.items()],
        blocks=[(b, counted.said(b.why, about=b.about, told=b.told)) for b in found.rehearsal.blocks],
        confirmed=accounts.confirmed(me(), house().clock.now()), done=request.args.get("done", ""),
        minutes=int(accounts.CONFIRMED_FOR.total_seconds() // 60), why=request.form.get("why", ""),
        **asks(),
    )  # fmt: skip
