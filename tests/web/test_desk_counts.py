"""The counts on the desk: by week, kind, need, locality and time to first look, as a page and as a sheet."""

import csv
import io
import re

from flask import Flask

from bot.store import people
from tests.houses import ON_SQLITE, Home
from tests.web.raising import case_of
from tests.web.referring import ASSIGN, TRIAGE, a_referral, step
from tests.web.standing import a_case
from tests.web.worker import Worker, at_desk


def told(page: str, caption: str) -> dict[str, str]:
    """A table of the page: its groups with their numbers."""
    table = page[page.index(f'aria-label="{caption}"') :].partition("</table>")[0]
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>\s*<td[^>]*>(.*?)</td>', table, re.DOTALL)
    return {group.strip(): number.strip() for group, number in rows}


def some_cases(home: Home, worker: Worker) -> None:
    """Fifteen referrals without food, ten of them in the North and looked at after twenty minutes; five escalations
    that nobody has looked at, and are late. Numbers that rounding leaves as they are."""
    for number in range(15):
        ref = a_referral(home, sender=f"+4477009001{number:02}", words="we have no food in the house, food bank please")
        if number < 10:
            with home.house.db.write() as tx:
                person = case_of(home, ref).person_id
                assert person is not None
                people.change_person(tx, person, team="North")
    for number in range(5):
        a_case(home, sender=f"+4477009002{number:02}", words="hello", look_by=home.clock.at)
    home.later(minutes=20)
    refs = [case.ref for case in home.cases() if case.kind == "referral"]
    for ref in refs[:10]:
        assert worker.get(f"/desk/cases/{ref}").status_code == 200


@ON_SQLITE
def test_cases_are_counted_by_week_kind_need_locality_and_first_look(mina: Worker, home: Home) -> None:
    """Claim: each table tells what stands in the database, the page how numbers are rounded, the sheet has the same
    numbers, and both are audited with the weeks."""
    some_cases(home, mina)
    page = mina.get("/desk/counts").text
    assert "20 cases" in page
    assert told(page, "By week")["23 November 2026"] == "20"
    assert told(page, "By kind") == {"Self-referral": "15", "Escalation": "5"}
    assert told(page, "By need")["Food"] == "15"
    assert told(page, "By locality") == {"North": "10", "Central": "0", "South": "0", "Not known": "10"}
    waits = told(page, "Time to first look, in working hours")
    assert waits["Within 1 working hour"] == "10"
    assert waits["Nobody has looked yet"] == "10"
    promised = told(page, "First look, by what the family was told")
    assert promised == {
        "By the time that was promised": "10", "Later than was promised": "0", "Waiting, not late": "5",
        "Waiting, and late": "5",
    }  # fmt: skip
    assert "within 0.5 working hours" in page
    sheet = mina.get("/desk/counts.csv")
    assert sheet.mimetype == "text/csv"
    assert "rounded to a multiple of 5" in page
    assert "rounded to a multiple of 5" in sheet.text
    rows = list(csv.reader(io.StringIO(sheet.data.decode("utf-8-sig"), newline="")))
    assert ["all", "2026-09-07 to 2026-11-29", "20"] in rows
    assert ["Need", "Food", "15"] in rows
    assert ["Week of", "2026-11-23", "20"] in rows
    assert ["First look", "Waiting, not late", "5"] in rows
    kept = [(action, target) for action, target, _ in home.audited() if action.startswith("counts.")]
    assert kept == [
        ("counts.view", "counts:2026-09-07..2026-11-23"),
        ("counts.export", "counts:2026-09-07..2026-11-23"),
    ]


def test_a_filter_counts_what_it_names_and_a_referral_is_where_it_was_assigned(sam: Worker, home: Home) -> None:
    """Claim: kind, locality and weeks narrow every table; the team that has a referral goes before the person's own."""
    some_cases(home, sam)
    for ref in [case.ref for case in home.cases() if case.kind == "referral" and case.looked_at is None]:
        for given in (TRIAGE, ASSIGN):
            assert step(sam, ref, given) == 303
    page = sam.get("/desk/counts?locality=North").text
    assert "15 cases" in page
    assert told(page, "By kind") == {"Self-referral": "15"}
    assert "5 cases" in sam.get("/desk/counts?kind=escalation").text
    assert "0 cases" in sam.get("/desk/counts?first=2026-11-02&last=2026-11-09").text


@ON_SQLITE
def test_what_cannot_be_counted_is_told_beside_its_field(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: a day that is none, weeks back to front or too many, an unknown kind and place; the sheet refuses alike;
    a role that reads no figures is refused, an auditor is not."""
    for query, words in (
        ("first=soon", "Enter a day of that week"), ("last=9999-12-31", "Enter a day of that week"),
        ("first=2026-11-23&last=2026-11-02", "Choose a week from the first on"),
        ("first=2020-01-01", "at most 53 weeks in all"), ("kind=dream", "Choose a kind"),
        ("locality=Atlantis", "Choose a locality"),
    ):  # fmt: skip
        answer = sam.get(f"/desk/counts?{query}")
        assert (answer.status_code, words in answer.text) == (400, True), query
        assert sam.get(f"/desk/counts.csv?{query}").status_code == 400
    assert at_desk(app, home, "auditor").get("/desk/counts").status_code == 200
    assert at_desk(app, home, "business-support").get("/desk/counts").status_code == 403


@ON_SQLITE
def test_two_filters_side_by_side_do_not_tell_of_the_family_between_them(app: Flask, home: Home) -> None:
    """Claim: whatever weeks and kinds are laid beside each other, only multiples of five differ; the same look tells
    the same again; one family alone in a span is never told as one."""
    for number in range(6):
        a_referral(home, sender=f"+4477009001{number:02}")
    before = len(home.cases())
    home.later(days=7)
    a_case(home, sender="+447700900300", words="hello", look_by=home.clock.at)
    assert (before, len(home.cases())) == (6, 7)
    sam = at_desk(app, home)
    spans = "first=2026-11-23&last=2026-11-23", "first=2026-11-30&last=2026-11-30", "first=2026-11-23&last=2026-11-30"
    for span in spans:
        for of in ("", "&kind=referral", "&kind=escalation"):
            page = sam.get(f"/desk/counts?{span}{of}").text
            numbers = [int(number) for number in re.findall(r"<td[^>]*>(\d+)</td>", page)]
            assert numbers
            assert not [number for number in numbers if number % 5]
            assert re.search(r": \d*[05] cases", page)
            again = sam.get(f"/desk/counts?{span}{of}").text
            assert re.findall(r"<td[^>]*>(\d+)</td>", again) == re.findall(r"<td[^>]*>(\d+)</td>", page)
