"""The desk's page for the case system, and the row of one case: the password again, the days, and what stands there."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import TypeVar

import pytest
from flask import Flask

from bot.casework import case_facts, case_sheet
from bot.store import counting, staff
from tests.houses import ON_SQLITE, Home
from tests.web.referring import a_referral
from tests.web.test_desk_restricted import restrict
from tests.web.worker import PASSWORD, Worker, at_desk

PAGE, CONFIRM, SHEET = "/desk/case-system", "/desk/case-system/confirm", "/desk/case-system/sheet"
DAYS = {"kind": "referral", "since": "2026-11-23", "until": "2026-11-23"}

R = TypeVar("R")


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@ON_SQLITE
def test_a_sheet_is_saved_once_the_password_was_given_again(mina: Worker, home: Home) -> None:
    """Claim: without it the page has no form and its address makes nothing; with it a manager saves the cases of the
    days, audited by name with the count; days that are none are told beside their field; ten minutes later it is asked
    for again."""
    ref = a_referral(home, answers='{"worried": "+1 is too much"}', words="+1 is too much")
    page = mina.get(PAGE).text
    assert "External reference" in page
    assert SHEET not in page
    token = mina.fields(PAGE, CONFIRM)
    assert mina.client.post(SHEET, data={**token, **DAYS}).status_code == 303
    assert mina.post(PAGE, CONFIRM, password="wrong").status_code == 401
    assert mina.post(PAGE, CONFIRM, password=PASSWORD).status_code == 303
    for wrong, told in (
        ({"since": "soon"}, "Enter a day"), ({"until": "2026-11-22"}, "Choose a day from the first on"),
        ({"since": "2020-01-01"}, "at most a year after it"), ({"kind": "everything"}, "Choose which cases"),
    ):  # fmt: skip
        answer = mina.post(PAGE, SHEET, **{**DAYS, **wrong})
        assert (answer.status_code, told in answer.text) == (400, True), wrong
    answer = mina.post(PAGE, SHEET, **DAYS)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert 'filename="cases-2026-11-23-2026-11-23.csv"' in answer.headers["Content-Disposition"]
    (row,) = rows(answer.data)
    assert (row["External reference"], row["Worries"]) == (ref, "'+1 is too much")
    kept = [(target, detail) for action, target, detail in home.audited() if action == "cases.export"]
    assert kept == [("cases:2026-11-23..2026-11-23", "referral: 1")]
    home.later(minutes=10)
    assert mina.get(PAGE).text.count(SHEET) == 0


@ON_SQLITE
def test_one_case_is_one_row_and_each_is_audited(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: a practitioner saves the row of a case they may open, and no sheet of many."""
    ref = a_referral(home, "Ana")
    answer = sam.get(f"/desk/cases/{ref}/case-system.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert [row["Forename"] for row in rows(answer.data)] == ["Ana"]
    assert ("case.sheet", f"case:{ref}") in [(action, target) for action, target, _ in home.audited()]
    assert sam.get(PAGE).status_code == 403
    assert 'href="/desk/case-system"' not in sam.get("/desk").text
    assert at_desk(app, home, "auditor").get(f"/desk/cases/{ref}/case-system.csv").status_code == 403


@ON_SQLITE
def test_a_case_that_is_closed_to_others_is_in_no_sheet_document_or_count_of_theirs(
    app: Flask, mina: Worker, home: Home
) -> None:
    """Claim: once restricted, a manager who is not named finds it in no sheet, makes no document or row of it and does
    not count it; the one who is named does; a command, which nobody is named for, never writes it."""
    refs = [a_referral(home, sender=f"+44770090050{number}") for number in range(5)]
    assert restrict(mina, refs[0]) == 303
    other = at_desk(app, home, "manager", "Other Manager")
    for worker, seen in ((mina, 5), (other, 4)):
        assert worker.post(PAGE, CONFIRM, password=PASSWORD).status_code == 303
        found = {row["External reference"] for row in rows(worker.post(PAGE, SHEET, **DAYS).data)}
        assert found == set(refs[5 - seen :])
        for page in ("documents/referral", "documents/front-door", "case-system.csv"):
            assert worker.get(f"/desk/cases/{refs[0]}/{page}").status_code == (200 if seen == 5 else 404)
    day = date(2026, 11, 23)
    written = case_sheet.of_days(home.house, day, day)
    assert (written.cases, refs[0].encode() in written.body) == (4, False)
    for ref in refs[1:]:
        assert restrict(mina, ref) == 303
    for worker, counted in ((mina, ": 5 cases"), (other, ": 0 cases")):  # numbers that rounding leaves as they are
        assert counted in worker.get("/desk/counts").text


@ON_SQLITE
def test_others_write_while_cases_are_read_for_a_sheet_or_a_count(
    app: Flask, mina: Worker, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claim: while the words of many cases are opened, whoever else writes does not wait; a case that is restricted
    meanwhile is told no more."""
    refs = [a_referral(home, sender=f"+44770090050{number}") for number in range(2)]
    other, left = at_desk(app, home, "manager", "Other Manager"), list(refs)

    def meanwhile(read: Callable[..., R]) -> Callable[..., R]:
        def reading(*given: object, **named: object) -> R:
            if left:
                assert restrict(mina, left.pop()) == 303
            return read(*given, **named)

        return reading

    monkeypatch.setattr(case_facts, "known", meanwhile(case_facts.known))
    day = date(2026, 11, 23)
    assert case_sheet.of_days(home.house, day, day).cases == 0  # each was restricted while it or the other was read
    left.append(a_referral(home, sender="+447700900509"))
    monkeypatch.setattr(counting, "cases_of", meanwhile(counting.cases_of))
    assert "0 cases" in other.get("/desk/counts").text
    assert not left


@ON_SQLITE
def test_nothing_is_told_that_the_audit_did_not_keep(mina: Worker, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: where the audit's row cannot be written, a sheet and the counts tell nothing."""
    ref = a_referral(home)
    assert mina.post(PAGE, CONFIRM, password=PASSWORD).status_code == 303
    form = {**mina.fields(PAGE, SHEET), **DAYS}

    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(staff, "add_audit", broken)
    for answer in (mina.client.post(SHEET, data=form), mina.get("/desk/counts"), mina.get("/desk/counts.csv")):
        assert answer.status_code == 500
        assert ref not in answer.text
        assert "cases" not in answer.text
