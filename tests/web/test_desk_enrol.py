"""Enrolling at the desk: a sheet is looked through before anybody is enrolled by it, and one person by form."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from bot.clock import local_date
from bot.clockwork import tick
from bot.people.enrol import enrol_sheet
from bot.people.uploads import work
from bot.store import keeping, people, staff, touches, uploads
from tests.houses import ON_SQLITE, Home
from tests.turn.families import HEADING, row
from tests.web.worker import Worker, at_desk

MAPPING = """
columns: {reference: ID, first_name: Forename, mobile: [Mobile, Other phone], event_on: Closed, told_on: Told,
          told_by: Told by, safe_to_text: Safe}
values: {safe_to_text: {Yes - confirmed: "yes", Not asked: ""}}
dates: [dd-mmm-yyyy]
constants: {programme: after-early-help}
"""


def send(who: Worker, text: str | bytes, *, mapping: str | None = None) -> TestResponse:
    """As a browser does; written out here, since the test client would keep a long file on the disk itself."""
    fields = who.fields("/desk/enrol", "/desk/enrol/sheets")
    parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts.append(('name="sheet"; filename="families.csv"', text if isinstance(text, bytes) else text.encode()))
    if mapping is not None:
        parts.append(('name="mapping"; filename="mosaic.yaml"', mapping.encode()))
    body = b"".join(
        b"--BOUND\r\nContent-Disposition: form-data; " + name.encode() + b"\r\n\r\n" + value + b"\r\n"
        for name, value in parts
    )
    return who.client.post(
        "/desk/enrol/sheets", data=body + b"--BOUND--\r\n", content_type="multipart/form-data; boundary=BOUND"
    )


def sheet(home: Home, count: int, *more: str) -> str:
    on = local_date(home.clock.now())
    return "\n".join([HEADING, *(row(f"P{n}", f"+447700{900000 + n}", on) for n in range(1, count + 1)), *more])


def looked_through(home: Home, who: Worker, page: str) -> str:
    """The sheet's page once it is looked through: what the request's own second was too short for, the clock does."""
    for _ in range(60):
        if "Being looked through" not in (found := who.get(page).text):
            return found
        work(home.house, home.clock.now())
    raise AssertionError(found)


def enrolled(home: Home) -> int:
    with home.house.db.read() as tx:
        return tx.execute(sa.select(sa.func.count()).select_from(keeping.enrolment)).scalar_one()


def test_a_sheet_is_looked_through_then_taken(home: Home, bo: Worker) -> None:
    """The look tells what it would do, and each refused row's reasons; nobody is enrolled before the word."""
    answer = send(
        bo,
        sheet(
            home,
            3,
            "P9,Ana,,12,,en,,,,,,no-such,soon,,,perhaps,",
            row("P1", "+447700900001", local_date(home.clock.now()), team="Other"),
        ),
    )
    assert answer.status_code == 303
    here = answer.headers["Location"]
    page = looked_through(home, bo, here)
    assert "Waiting for your word" in page
    assert "Would be added" in page
    assert "no told_on: nobody is enrolled before they are told" in page
    assert "no told_by: nobody is enrolled unless someone told them" in page
    assert "team: line 2 says otherwise of this reference" in page
    assert enrolled(home) == 0
    taken = bo.post(here, f"{here}/take")
    assert taken.status_code == 303
    work(home.house, home.clock.now())
    assert "Taken in" in bo.get(here).text
    assert enrolled(home) == 3
    with home.house.db.read() as tx:
        audits = [(a.action, a.detail) for a in staff.audit_rows(tx) if a.action.startswith("people.")]
    assert audits == [
        ("people.enrol", "so far: 3 added, 0 changed, 0 unchanged, 2 refused"),
        ("people.upload", "5 rows"),
    ]
    refused = bo.get(f"{here}/refused.csv")
    assert refused.text.count("\r\n") == 3
    again = send(bo, sheet(home, 3)).headers["Location"]
    assert "There is nothing to do" in looked_through(home, bo, again)


def test_a_long_sheet_goes_on_by_the_clock(home: Home, bo: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one request has no time for the clock does, tick by tick; the page says how far it has come."""
    monkeypatch.setattr("bot.people.uploads.SLICE_SECONDS", 0.0)
    here = send(bo, sheet(home, 120)).headers["Location"]
    assert "0 of 120 rows" in bo.get(here).text
    monkeypatch.undo()
    for _ in range(30):
        work(home.house, home.clock.now())
    assert "Waiting for your word" in bo.get(here).text
    monkeypatch.setattr("bot.people.uploads.SLICE_SECONDS", 0.0)
    bo.post(here, f"{here}/take")
    assert enrolled(home) == 0
    assert "data-progress" in bo.get(here).text
    monkeypatch.undo()
    for _ in range(5):
        tick(home.house)
    assert enrolled(home) == 120


def test_the_word_is_given_once(home: Home, bo: Worker) -> None:
    """A second word, or one after it was dropped, enrols nobody twice."""
    here = send(bo, sheet(home, 2)).headers["Location"]
    form = bo.fields(here, f"{here}/take")
    assert bo.client.post(f"{here}/take", data=form).status_code == 303
    assert bo.client.post(f"{here}/take", data=form).headers["Location"].endswith("late=yes")
    assert bo.client.post(f"{here}/drop", data=form).headers["Location"].endswith("late=yes")
    other = send(bo, sheet(home, 2)).headers["Location"]
    assert bo.post(other, f"{other}/drop").status_code == 303
    assert bo.get(other).status_code == 404
    assert enrolled(home) == 2


@ON_SQLITE
def test_a_sheet_is_sealed_and_never_a_file(
    home: Home, bo: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No name or number of it is readable in the database, and no temporary file is opened, however long it is."""

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was opened")

    for name in ("SpooledTemporaryFile", "default_stream_factory"):
        monkeypatch.setattr(f"werkzeug.formparser.{name}", opened)
    monkeypatch.setattr("bot.people.uploads.SLICE_SECONDS", 0.0)
    big = sheet(home, 2, *[f"X{n},Zebedee,,07700 900999,,,,,,,,,,,,,{'y' * 190}" for n in range(3_000)])
    assert len(big) > 600_000
    assert send(bo, big).status_code == 303
    monkeypatch.undo()
    with home.house.db.read() as tx:
        assert len(uploads.uploads(tx)) == 1
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("thrive.db*"))
    assert len(kept) > len(big)  # the sheet is there, and no word of it
    for told in (b"Zebedee", b"NameP1", b"07700 900999", b"+447700900001"):
        assert told not in kept


def test_what_waits_too_long_is_gone(home: Home, bo: Worker) -> None:
    """A sheet that nobody gave the word for goes after a day, and not before."""
    here = send(bo, sheet(home, 2)).headers["Location"]
    work(home.house, home.clock.now())
    assert "Waiting for your word" in bo.get(here).text
    home.later(hours=23)
    work(home.house, home.clock.now())
    with home.house.db.read() as tx:
        (waits,) = uploads.uploads(tx)
    assert here == f"/desk/enrol/sheets/{waits.ref}"
    home.later(hours=2)
    work(home.house, home.clock.now())
    with home.house.db.read() as tx:
        assert uploads.uploads(tx) == []
    assert enrolled(home) == 0


@ON_SQLITE
def test_a_mapping_reads_another_systems_export(home: Home, bo: Worker) -> None:
    """Their columns, words and dates as ours; what was not asked is refused, with the reason."""
    theirs = (
        "ID,Forename,Mobile,Other phone,Closed,Told,Told by,Safe\n"
        "1,Ana,,07700 900001,22-Nov-2026,20-Nov-2026,Sam,Yes - confirmed\n"
        "2,Bea,07700 900002,,22-Nov-2026,20-Nov-2026,Sam,Not asked\n"
    )
    here = send(bo, theirs, mapping=MAPPING).headers["Location"]
    page = bo.get(here).text
    assert "no safe_to_text: say yes or no" in page
    bo.post(here, f"{here}/take")
    assert enrolled(home) == 1
    bad = send(bo, theirs, mapping="columns: {reference: ID, colour: X}\nextra: 1\n")
    assert bad.status_code == 400
    assert "mosaic.yaml:2: extra: unknown key" in bad.text


@ON_SQLITE
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "lacks: reference"),
        (b"\xff\xfe\x00", "not text as we read it"),
        (HEADING.encode(), "no row under it"),
        (f'{HEADING}\n"a,b\n'.encode(), "line 2: cannot be parted into cells"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_beside_its_field(home: Home, bo: Worker, data: bytes, says: str) -> None:
    answer = send(bo, data)
    assert answer.status_code == 400
    assert says in answer.text
    assert 'id="sheet-error"' in answer.text
    assert enrolled(home) == 0


@ON_SQLITE
def test_only_who_may_enrol_may_send_much(home: Home, app: Flask) -> None:
    """A practitioner gets no page; a large body from somebody signed out is refused before it is read."""
    sam = at_desk(app, home)
    assert sam.get("/desk/enrol").status_code == 403
    answer = app.test_client().post(
        "/desk/enrol/sheets", data=b"x" * 200_000, content_type="multipart/form-data; boundary=BOUND"
    )
    assert answer.status_code == 413


def form(home: Home, **more: str) -> dict[str, str]:
    on = local_date(home.clock.now()).isoformat()
    return {
        "reference": "F-1", "first_name": "Ana", "mobile": "07700 900055", "programme": "after-early-help",
        "event_on": on, "told_on": on, "told_by": "Bo", "safe_to_text": "yes", **more,
    }  # fmt: skip


def test_one_person_by_form(home: Home, bo: Worker) -> None:
    """The same rules as a sheet: each fault beside its field; enrolled, the audit names the worker and the person."""
    bad = bo.post("/desk/enrol/person", "/desk/enrol/person", **form(home, mobile="1", told_by="", safe_to_text=""))
    assert bad.status_code == 400
    for field in ("mobile-error", "told_by-error", "safe_to_text-error"):
        assert f'id="{field}"' in bad.text
    done = bo.post("/desk/enrol/person", "/desk/enrol/person", **form(home))
    assert done.headers["Location"].endswith("done=added")
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "F-1")
        assert person is not None
        found = [(a.target, a.detail) for a in staff.audit_rows(tx) if a.action == "people.enrol" and a.staff_id]
    assert found == [(person.ref, "by form, so far: 1 added, 0 changed, 0 unchanged")]


def test_an_old_number_is_telephoned_first(home: Home, bo: Worker) -> None:
    """Not confirmed for a year: no check-in goes, the weekly list says why; once confirmed, the check-ins begin."""
    done = bo.post("/desk/enrol/person", "/desk/enrol/person", **form(home, told_on="2025-11-01"))
    assert done.headers["Location"].endswith("done=telephone")
    home.later(days=30)
    tick(home.house)
    assert home.send() == 0
    with home.house.db.read() as tx:
        ((touch, _),) = touches.no_replies(tx)
        (enrolment,) = keeping.in_state(tx, "hold")
    assert touch.reason.startswith("The number was last confirmed on 1 November 2025")
    looking = at_desk(bo.client.application, home, "manager")
    assert "07700 900055" in looking.get("/desk/enrol").text
    with home.house.db.read() as tx:
        ref = people.person_by_id(tx, enrolment.person_id).ref
    theirs = looking.get(f"/desk/people/{ref}").text
    assert "Nothing is texted until somebody has telephoned." in theirs
    assert "Finished: nothing more is planned." not in theirs
    manager = at_desk(bo.client.application, home, "manager", "Ada Other")
    manager.post("/desk/enrol", f"/desk/enrol/confirmed/{enrolment.id}")
    with home.house.db.read() as tx:
        assert touches.no_replies(tx) == []
        assert keeping.enrolment_by_id(tx, enrolment.id).state == "active"
    tick(home.house)
    assert home.send() >= 1


@ON_SQLITE
def test_everybody_to_telephone_is_reached(home: Home, bo: Worker) -> None:
    """Two hundred whom nobody reaches hide no one: the list goes on by pages, and who stands last can be confirmed."""
    old = local_date(home.clock.now()) - timedelta(days=400)
    lines = [
        HEADING,
        *(row(f"P{n}", f"+447700{900000 + n}", local_date(home.clock.now()), told_on=old) for n in range(201)),
    ]
    assert enrol_sheet(home.house, lines).to_telephone == 201
    first = bo.get("/desk/enrol").text
    assert "NameP0 " in first
    assert "NameP200 " not in first
    last = bo.get("/desk/enrol?page=5&done=confirmed").text
    assert "NameP200 " in last
    assert "page=4" in last
    assert "page=6" not in last
    assert "page=4&amp;done" not in last
    refused = send(bo, b"").text
    assert "/desk/enrol?page=2" in refused
    with home.house.db.read() as tx:
        (enrolment,) = keeping.in_state(tx, "hold", offset=200)
    here = f"/desk/enrol/confirmed/{enrolment.id}"
    assert bo.post("/desk/enrol?page=5", here).headers["Location"].endswith("done=confirmed")
    with home.house.db.read() as tx:
        assert keeping.enrolment_by_id(tx, enrolment.id).state == "active"
    again = bo.client.post(here, data=bo.fields("/desk/enrol", "/desk/enrol/sheets"))
    assert again.headers["Location"].endswith("done=")
    none_such = bo.client.post("/desk/enrol/confirmed/999999", data=bo.fields("/desk/enrol", "/desk/enrol/sheets"))
    assert none_such.headers["Location"].endswith("done=")
