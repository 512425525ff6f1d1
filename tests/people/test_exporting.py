"""What a person is given of themselves: all of it, in words; and nothing of anybody else."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.casework.work import OUTCOMES
from bot.people import erasing, exporting, in_words, readable, subject
from bot.people.export_parts import ANOTHER, SECTIONS, Veil
from bot.store import erasing as rows
from bot.store import people
from messages.status import TABLE
from tests.houses import ON_SQLITE, Home
from tests.people.test_erasing import HER, HIS, fill, ref_of
from tests.turn.families import check_in, enrol, four_weeks_ago, row

# Tables whose rows are told as part of another section, or hold no more than when something of it happened.
INSIDE = {
    "receipt", "alert", "climb", "case_viewer", "handover", "legal_hold", "case_event", "referral", "call_back",
    "pathway_step", "phone_ask", "restriction", "restriction_named", "closing", "case_link",
    "conversation", "timer", "enrolment_beside", "contact_review", "person_address", "person",
    "person_merge", "person_merge_change",
}  # fmt: skip


def test_what_would_go_is_what_is_given() -> None:
    """Claim: each table that is erased has a section, or is told within one: a new one fails until somebody decides."""
    sections = {
        "messages": {"inbox", "outbox"}, "plans": {"enrolment"}, "check_ins": {"touch"}, "scores": {"score"},
        "wishes": {"wish"}, "cases": {"cases"}, "contacts_of_the_team": {"contact_log"},
        "marks_of_the_team": {"review"},
        "consents": {"consent"}, "holds": {"hold"}, "feedback": {"feedback"},
    }  # fmt: skip
    assert set(sections) == set(SECTIONS)
    assert set.union(INSIDE, *sections.values()) == set(rows.OF)
    assert set(SECTIONS) | {"about_you", "where_we_reach_you", "held_back"} == set(readable.TITLES)


def test_every_code_has_words() -> None:
    """Claim: each state of a message is said in words, not as a code."""
    assert set(TABLE) <= set(in_words.WORDS["delivery"])
    assert all(OUTCOMES.values())


@ON_SQLITE
def test_all_of_hers_is_in_it_and_none_of_his(home: Home) -> None:
    """Every section holds her row; the reference, the count and the codes' words stand; nothing of his does."""
    words = {"referral__answers": '{"worried": "the rent"}', "cases__because": '["rent"]'}
    her, his = fill(home, "Zuzanna Quillfeather", HER, **words), fill(home, "Barnaby Oxtoby", HIS, **words)
    record = exporting.export(home.house, her.ref, by=None)
    assert all(record[name] for name in SECTIONS)
    told = json.dumps(record, ensure_ascii=False)
    assert "the rent" in told
    assert HER in told
    assert "Arrived" in told
    assert not {"Oxtoby", HIS, his.ref} & set(re.findall(r"\w+|\+\d+", told))


@ON_SQLITE
def test_a_household_and_staff_are_held_back(home: Home) -> None:
    """The names, numbers and emails of whoever lives with her stand nowhere, not in her own words either."""
    enrol(
        home, row("P1", HER, four_weeks_ago(home), household="H1", email="her@example.org"),
        row("P2", HIS, four_weeks_ago(home), household="H1", email="his@example.org"),
    )  # fmt: skip
    home.talk(f"NameP2 hit me, his number is {HIS}, write to his@example.org", sender=HER)
    record = exporting.export(home.house, ref_of(home, "P1"), by=None)
    told = json.dumps(record)
    assert "her@example.org" in told
    assert not any(word in told for word in ("NameP2", HIS, "his@example.org", "Sam Worker"))
    assert told.count(ANOTHER) == record["held_back"]["details_of_other_people"] >= 3


@ON_SQLITE
def test_a_shared_phone_holds_the_words_back(home: Home) -> None:
    """Two at one number: neither's export has what was said there, and each says how much is held back; her own
    check-in, which is of her plan, is hers."""
    enrol(home, row("P1", HER, four_weeks_ago(home)), row("P2", HER, four_weeks_ago(home)))
    check_in(home)
    home.talk("this is our secret word: quibble", sender=HER)
    for reference in ("P1", "P2"):
        record = exporting.export(home.house, ref_of(home, reference), by=None)
        assert "quibble" not in json.dumps(record)
        assert record["held_back"]["messages_at_a_phone_you_share"] >= 2


@ON_SQLITE
def test_the_page_is_whole_and_runs_nothing(home: Home) -> None:
    """Every value is escaped, there is no script, and its own policy lets nothing load."""
    home.talk("<script>alert('x')</script> & <img src=x>", sender=HER)
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    record = exporting.export(home.house, ref_of(home, "P1"), by=None)
    page = readable.page(record)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    assert page.count("<h2>") == len(readable.TITLES)


@ON_SQLITE
def test_an_export_is_audited_and_changes_nothing(home: Home) -> None:
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    ref = ref_of(home, "P1")
    exporting.export(home.house, ref, by=None)
    assert ("person.export", f"person:{ref}", "json") in home.audited()
    with home.house.db.read() as tx:
        assert people.find_person(tx, ref) is not None
    erasing.erase(home.house, ref, by=None)
    with pytest.raises(subject.NoSuchSubject):
        exporting.export(home.house, ref, by=None)


@given(st.text(max_size=60), st.lists(st.sampled_from(["Ada", "O'Neil", "Zoë", "Al", "+447700900622"]), min_size=1))
def test_no_name_that_is_known_stands_in_veiled_words(around: str, names: list[str]) -> None:
    """Claim: whatever stands round it, a known name written as a word is taken out, and each time is counted."""
    veil = Veil(names)
    told = veil(f"{around} {names[0].upper()} {around}")
    assert names[0].casefold() not in {word.casefold() for word in told.split()}
    assert veil.count == told.count(ANOTHER) - 2 * around.count(ANOTHER) >= 1
