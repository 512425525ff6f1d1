"""The enrolment sheet: every row read, or refused with every reason; nobody enrolled unawares."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.enrolment_sheet import (
    COLUMNS,
    EnrolmentRow,
    RefusedRow,
    SheetError,
    SheetRow,
    column_of,
    from_birth,
    read_row,
    read_sheet,
    resolve_dates,
)
from scheduler.programme import Offset, Programme, Touch
from scheduler.schoolyear import BirthMonth, stage
from scheduler.sheet_memory import SheetMemory, read_beside
from scheduler.when import Age, Reached

TODAY = date(2026, 11, 22)
SAMPLE = Path(__file__).parents[2] / "content" / "samples" / "families.csv"
PROGRAMMES = {"after-early-help"}
SAMPLE_PROGRAMMES = PROGRAMMES | {
    "signposted", "new-baby", "referral-made", "key-transitions", "pregnancy-to-two", "new-school",
}  # fmt: skip
GOOD = {
    "reference": "M-1",
    "first_name": "Amira",
    "mobile": "07700 900101",
    "programme": "after-early-help",
    "event_on": "2026-10-25",
    "told_on": "2026-10-23",
    "told_by": "Sam",
    "safe_to_text": "yes",
}


def mobile(text: str) -> str | None:
    digits = text.replace(" ", "")
    return f"+44{digits[1:]}" if digits.startswith("07") and len(digits) == 11 else None


def row(**cells: str) -> SheetRow:
    return SheetRow(line=2, cells={**dict.fromkeys(COLUMNS, ""), **GOOD, **cells})


def read(**cells: str) -> EnrolmentRow | RefusedRow:
    return read_row(row(**cells), mobile, PROGRAMMES, TODAY)


def test_a_good_row() -> None:
    """Each cell in its own type; English where no language is given."""
    found = read(
        child_first_name="Zayn", child_born="2022-08", postcode="sw18 2pu", household="H1", email="a@b.example"
    )
    assert found == EnrolmentRow(
        line=2,
        reference="M-1",
        first_name="Amira",
        last_name="",
        mobile="+447700900101",
        email="a@b.example",
        language="en",
        postcode="SW18 2PU",
        household="H1",
        relation=None,
        child_first_name="Zayn",
        child_born=BirthMonth(year=2022, month=8),
        programme="after-early-help",
        event_on=date(2026, 10, 25),
        told_on=date(2026, 10, 23),
        told_by="Sam",
        safe_to_text=True,
        team=None,
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"told_on": ""}, "no told_on: nobody is enrolled before they are told"),
        ({"told_by": ""}, "no told_by: nobody is enrolled unless someone told them"),
        ({"safe_to_text": ""}, "no safe_to_text: say yes or no"),
        ({"safe_to_text": "maybe"}, "safe_to_text: say yes or no"),
        ({"told_on": "2026-11-23"}, "told_on: in the future"),
        ({"told_on": "soon"}, "told_on: not a date such as 2027-03-31 or 31/03/2027"),
        ({"event_on": "31/02/2026"}, "event_on: not a date such as 2027-03-31 or 31/03/2027"),
        ({"event_on": "-28d"}, "event_on: not a date such as 2027-03-31 or 31/03/2027"),
        ({"event_on": ""}, "no event_on"),
        ({"reference": ""}, "no reference"),
        ({"first_name": ""}, "no first_name"),
        ({"mobile": ""}, "no mobile"),
        ({"mobile": "020 7946 0000"}, "mobile: not a UK mobile number"),
        ({"programme": "after-school"}, "programme: there is none called 'after-school'"),
        ({"language": "Somali"}, "language: not a code such as en or so"),
        ({"child_born": "March 2022"}, "child_born: not a month such as 2022-03"),
        ({"last_name": "S" * 201}, "last_name: over 200 characters"),
        ({"last_name": "Sam\x00ple"}, "last_name: has characters that no text has"),
    ],
)
def test_refused(cells: dict[str, str], reason: str) -> None:
    """One thing wrong is one reason, in words that say what to change."""
    assert read(**cells) == RefusedRow(line=2, reference=cells.get("reference", "M-1"), reasons=(reason,))


def test_every_reason_is_told_at_once() -> None:
    """A row with four faults is refused once, with four reasons."""
    found = read(told_on="", told_by="", mobile="12", event_on="x")
    assert isinstance(found, RefusedRow)
    assert len(found.reasons) == 4


def test_dates_may_be_british_and_not_safe_is_an_answer() -> None:
    """A spreadsheet saves 25/10/2026; a family who must not be texted is kept, so that the ledger says why."""
    found = read(event_on="25/10/2026", safe_to_text="NO")
    assert isinstance(found, EnrolmentRow)
    assert found.event_on == date(2026, 10, 25)
    assert not found.safe_to_text


@pytest.mark.parametrize("parted_by", [",", ";", "\t"])
def test_a_sheet_as_spreadsheets_save_it(parted_by: str) -> None:
    """A byte order mark, capitals, spaces, other columns, empty rows and a break within a cell are no trouble."""
    heading = ["Reference", "FIRST NAME", "Ward", *list(GOOD)[2:]]
    first = ["M-1", ' "Amira\n  Ali" ', "Tooting", *list(GOOD.values())[2:]]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=parted_by)
    writer.writerows([heading, first, [""] * len(heading), ["M-2", *first[1:]]])
    rows = list(read_sheet(io.StringIO("\ufeff" + out.getvalue(), newline="")))
    assert [found.line for found in rows] == [2, 5]
    assert [found.cells["reference"] for found in rows] == ["M-1", "M-2"]
    assert rows[0].cells["first_name"] == '"Amira Ali"'
    assert set(rows[0].cells) == set(COLUMNS)
    assert all(isinstance(read_row(found, mobile, PROGRAMMES, TODAY), EnrolmentRow) for found in rows)


def test_a_short_row_is_refused_and_the_rest_goes_on() -> None:
    """Cells that are not there are empty; the row after it is read."""
    text = ",".join(GOOD) + "\nM-1,Amira\n" + ",".join(GOOD.values()) + "\n"
    found = [read_row(one, mobile, PROGRAMMES, TODAY) for one in read_sheet(text.splitlines(keepends=True))]
    assert [type(one) for one in found] == [RefusedRow, EnrolmentRow]
    assert found[1].line == 3


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the first line is not the heading"),
        ("M-1,Amira\n", "lacks: reference, first_name"),
        (",".join([*GOOD, "mobile"]), "twice: mobile"),
        (",".join(GOOD) + '\nM-1,"Amira\nM-2,Ben\n', "line 2: cannot be parted"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(text: str, fault: str) -> None:
    """No heading, a column missing or twice, or a quote left open, which would swallow every row after it."""
    with pytest.raises(SheetError, match=fault):
        list(read_sheet(io.StringIO(text, newline="")))


@given(st.fixed_dictionaries(dict.fromkeys(COLUMNS, st.text(max_size=30))))
def test_any_row_has_an_answer(cells: dict[str, str]) -> None:
    """No text in any cell makes reading fail, and a refusal always has a reason."""
    found = read_row(SheetRow(line=9, cells=cells), mobile, PROGRAMMES, TODAY)
    assert isinstance(found, EnrolmentRow) or found.reasons


@given(st.dates(date(2026, 1, 1), date(2040, 12, 31)))
def test_the_sample_families_are_always_of_the_same_ages(today: date) -> None:
    """On any day: twelve families on seven programmes, all told, one due that day, children of every age."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = [read_row(one, mobile, SAMPLE_PROGRAMMES, today) for one in resolve_dates(read_sheet(file), today)]
    read_rows = [one for one in rows if isinstance(one, EnrolmentRow)]
    assert len(read_rows) == len(rows) == 15
    assert len({one.household for one in read_rows}) == 12
    assert len({one.mobile for one in read_rows}) == len({one.reference for one in read_rows}) == 13
    assert {one.programme for one in read_rows} == SAMPLE_PROGRAMMES
    assert {one.last_name for one in read_rows} == {"Sample"}
    assert all(one.mobile.startswith("+4477009001") for one in read_rows)
    assert sum(one.event_on == today - timedelta(days=28) for one in read_rows) == 1
    ages = {one.child_first_name: one.child_born.age_months(today) for one in read_rows if one.child_born}
    expected = {"Zayn": 51, "Poppy": 8, "Tobi": 86, "Tayo": 86, "Ola": 118, "Kuba": 152, "Grace": 187, "Lily": 26}
    expected["Ama"] = 27
    assert ages == expected


def test_the_sample_children_on_a_day() -> None:
    """A baby, a toddler, nursery and reception age, twins at primary, and two at secondary."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = [read_row(one, mobile, SAMPLE_PROGRAMMES, TODAY) for one in resolve_dates(read_sheet(file), TODAY)]
    stages = {
        one.child_first_name: stage(one.child_born, TODAY)
        for one in rows
        if isinstance(one, EnrolmentRow) and one.child_born
    }
    assert stages == {
        "Zayn": "in Reception",
        "Poppy": "8 months old",
        "Tobi": "in Year 2",
        "Tayo": "in Year 2",
        "Ola": "in Year 5",
        "Kuba": "in Year 8",
        "Grace": "in Year 11",
        "Lily": "2 years old",
        "Ama": "2 years old",
    }


def test_a_reason_names_its_column() -> None:
    """Every reason that is about a column tells which, for whoever shows it beside the field; others tell none."""
    empty = read_row(SheetRow(line=2, cells=dict.fromkeys(COLUMNS, "")), mobile, PROGRAMMES, TODAY)
    wrong = read(**dict.fromkeys(COLUMNS, "\x01"))
    memory, first = SheetMemory(), read(child_first_name="Kit", child_born="2022-01")
    childless, second = read(), read(first_name="Bo", child_first_name="Kit", child_born="2022-02", safe_to_text="no")
    assert isinstance(empty, RefusedRow)
    assert isinstance(wrong, RefusedRow)
    assert isinstance(first, EnrolmentRow)
    assert isinstance(second, EnrolmentRow)
    assert isinstance(childless, EnrolmentRow)
    memory.contradictions(first)
    no_birth = from_birth(childless)
    assert isinstance(no_birth, tuple)
    reasons = [*empty.reasons, *wrong.reasons, *memory.contradictions(second), *no_birth]
    assert None not in [column_of(reason) for reason in reasons]
    assert {column_of(reason) for reason in wrong.reasons} == set(COLUMNS)
    assert column_of("told_on: in the future") == "told_on"
    assert column_of("row: must be an object") is None
    assert column_of("shoe_size: there is no such column") is None
    assert column_of("team_size: there is no such column") is None


def test_a_refused_row_speaks_against_no_later_one() -> None:
    """Nobody is enrolled by it, so what it said of its person, number and child is forgotten, whatever it was
    refused for; two rows that both stand may not contradict each other."""
    at_two = Touch(id="at-two", when=Age(age=Reached(years=2)), flow="check-in", late_days=14)
    about_a_child = Programme(id="from-birth", title="B", event="birth", touches=(at_two,), event_is="birth-month")
    soon = Touch(id="soon", when=Offset(weeks=1), flow="check-in", late_days=14)
    plain = Programme(id="after-early-help", title="A", event="it closed", touches=(soon,))
    programmes = {one.id: one for one in (about_a_child, plain)}
    memory = SheetMemory()

    def beside(**cells: str) -> EnrolmentRow | RefusedRow:
        return read_beside(row(**cells), memory, programmes, mobile, TODAY)

    assert isinstance(beside(programme="from-birth", first_name="Wrong", safe_to_text="no"), RefusedRow)
    assert isinstance(beside(team="x" * 65, first_name="Wrong", safe_to_text="no"), RefusedRow)
    assert isinstance(beside(), EnrolmentRow)
    found = beside(first_name="Wrong", safe_to_text="no")
    assert isinstance(found, RefusedRow)
    assert [reason.split(":")[0] for reason in found.reasons] == ["first_name", "safe_to_text"]


def test_a_teams_name_has_a_length() -> None:
    """Refused beside every other reason, and told once."""
    found = read(team="x" * 65, language="??")
    assert isinstance(found, RefusedRow)
    assert found.reasons == ("team: at most 64 characters", "language: not a code such as en or so")
    assert isinstance(read(team="x" * 64), EnrolmentRow)
    longest = read(team="x" * 201)
    assert isinstance(longest, RefusedRow)
    assert longest.reasons == ("team: over 200 characters",)
